using System.CommandLine;
using Accel.Cli.Integer;
using Accel.Hardware;
using Accel.Rtl.Blocks.Arrays;
using Accel.Rtl.Packaging;

namespace Accel.Cli.Verbs;

/// <summary><c>accel rtl array</c>: writes the matmul array of a hardware config.</summary>
internal static class RtlArrayVerb
{
    public static Command Create(Terminal terminal)
    {
        var hardware = CommonOptions.Hardware();
        var activations = CommonOptions.Choice("--activations", "codes that stream through: int8 or int16", ActivationType.Int8);
        var weights = CommonOptions.Choice("--weights", "codes of the weights: ternary, int3, int4, int8 or int16", WeightType.Int8);
        var dataflow = new Option<string?>("--dataflow") { Description = "what stands still: ws (weights) or os (sums); else the first that the config has" };
        dataflow.AcceptOnlyFromAmong("ws", "os");
        var fold = CommonOptions.Positive("--fold", "bands of rows, each with its own block of outputs", 1);
        var noMantissas = new Option<bool>("--no-mantissas") { Description = "leave out the factor of each output and group" };
        var readOut = CommonOptions.AtLeast("--read-out", "bytes that leave the read-out per cycle; 0 for 2 per column", 0, 0);
        var output = new Option<string?>("--output", "-o") { Description = "the folder; else rtl-out/NAME-array" };
        var command = new Command("array", "write the matmul array of a hardware config as Verilog")
        {
            hardware, dataflow, activations, weights, fold, noMantissas, readOut, output,
        };
        command.SetAction(parsed =>
        {
            var config = HardwareConfigs.Load(parsed.GetValue(hardware)!);
            var folder = parsed.GetValue(output) ?? Path.Combine("rtl-out", $"{config.Name}-array");
            OutputFolder.RequirePlace(folder, ArrayPackage.ReportName);
            var options = new ArrayOptions(config.MatMulArrays, parsed.GetValue(activations), parsed.GetValue(weights), !parsed.GetValue(noMantissas), parsed.GetValue(fold))
            {
                Dataflow = parsed.GetValue(dataflow) switch
                {
                    "ws" => ArrayDataflow.WeightStationary,
                    "os" => ArrayDataflow.OutputStationary,
                    _ => config.MatMulArrays.Dataflows[0],
                },
            };
            var files = ArrayPackage.Of(config.Name, parsed.GetValue(readOut) is > 0 and var bytes ? options with { ReadOutBytes = bytes } : options);
            OutputFolder.Write(folder, ArrayPackage.ReportName, files);
            terminal.Output.WriteLine($"array of {Terminal.Shown(config.Name)}: {Terminal.Shown(folder)}, {files.Count} files, {files.Values.Sum(text => (long)text.Length):N0} bytes");
            return ExitCode.Done;
        });
        return command;
    }
}
