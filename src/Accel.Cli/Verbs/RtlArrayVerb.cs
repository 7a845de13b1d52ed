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
        var activations = new Option<ActivationType>("--activations") { Description = "codes that stream through: int8 or int16", DefaultValueFactory = _ => ActivationType.Int8 };
        var weights = new Option<WeightType>("--weights") { Description = "codes that stand still: ternary, int4, int8 or int16", DefaultValueFactory = _ => WeightType.Int8 };
        var fold = CommonOptions.Positive("--fold", "bands of rows, each with its own block of outputs", 1);
        var noMantissas = new Option<bool>("--no-mantissas") { Description = "leave out the factor of each output and group" };
        var output = new Option<string?>("--output", "-o") { Description = "the folder; else rtl-out/NAME-array" };
        var command = new Command("array", "write the matmul array of a hardware config as Verilog, weight stationary")
        {
            hardware, activations, weights, fold, noMantissas, output,
        };
        command.SetAction(parsed =>
        {
            var config = HardwareConfigs.Load(parsed.GetValue(hardware)!);
            var folder = parsed.GetValue(output) ?? Path.Combine("rtl-out", $"{config.Name}-array");
            OutputFolder.RequirePlace(folder, ArrayPackage.ReportName);
            var files = ArrayPackage.Of(
                config.Name, new ArrayOptions(config.MatMulArrays, parsed.GetValue(activations), parsed.GetValue(weights), !parsed.GetValue(noMantissas), parsed.GetValue(fold)));
            OutputFolder.Write(folder, ArrayPackage.ReportName, files);
            terminal.Output.WriteLine($"array of {Terminal.Shown(config.Name)}: {Terminal.Shown(folder)}, {files.Count} files, {files.Values.Sum(text => (long)text.Length):N0} bytes");
            return ExitCode.Done;
        });
        return command;
    }
}
