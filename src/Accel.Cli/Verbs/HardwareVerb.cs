using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Accel.Cli.Integer;
using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Hardware;

namespace Accel.Cli.Verbs;

/// <summary><c>accel hw</c>: the machines that come with the program, one machine in derived numbers, and checks of a config.</summary>
internal static class HardwareVerb
{
    public static Command Create(Terminal terminal) => new("hw", "list, show and validate hardware configs") { List(terminal), Show(terminal), Validate(terminal) };

    private static Command List(Terminal terminal)
    {
        var json = CommonOptions.Json();
        var command = new Command("list", "the configs that can be named without a path, with their peaks") { json };
        command.SetAction(parsed =>
        {
            var machines = HardwareConfigs.BundledNames.Select(name => new MachineFigures(HardwareConfigs.Load(name))).ToList();
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(writer =>
                {
                    writer.WriteStartArray("configs");
                    foreach (var machine in machines)
                    {
                        writer.WriteStartObject();
                        Write(writer, machine);
                        writer.WriteEndObject();
                    }

                    writer.WriteEndArray();
                });
                return ExitCode.Done;
            }

            terminal.WriteTable(
                ["config", "arrays", "int8 peak", "bandwidth", "scratchpad", "ridge, MAC/B"],
                machines.Select(machine => new[]
                {
                    machine.Config.Name,
                    Arrays(machine.Config),
                    Engineering.Format(machine.PeakOperationsPerSecond, "OPS"),
                    Engineering.Format(machine.BytesPerSecond, "B/s"),
                    machine.Config.Scratchpad.Size.ToString(),
                    Engineering.Digits(machine.RidgeMacsPerByte),
                }),
                1);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var config = new Argument<string>("CONFIG") { Description = "a YAML file, or edge, mid, big", DefaultValueFactory = _ => "edge" };
        var json = CommonOptions.Json();
        var command = new Command("show", "one machine: a drawing, and what follows from its config") { config, json };
        command.SetAction(parsed =>
        {
            var figures = new MachineFigures(HardwareConfigs.Load(parsed.GetValue(config)!));
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(writer => Write(writer, figures));
            }
            else
            {
                Print(terminal, figures);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Validate(Terminal terminal)
    {
        var files = new Argument<string[]>("FILE") { Description = "YAML files, or names of bundled configs", Arity = ArgumentArity.OneOrMore };
        var json = CommonOptions.Json();
        var command = new Command("validate", "check configs: every fault at once, with line and column; exit 2 if there is one") { files, json };
        command.SetAction(parsed =>
        {
            var faults = new List<Diagnostic>();
            var valid = new List<(string File, HardwareConfig Config)>();
            foreach (var file in parsed.GetValue(files)!)
            {
                try
                {
                    var config = HardwareConfigs.Load(file);
                    faults.AddRange(HardwareConfigs.MemoryFaults(file, config));
                    valid.Add((file, config));
                }
                catch (InputException exception)
                {
                    faults.AddRange(exception.Faults);
                }
            }

            Report(terminal, parsed.GetValue(json), valid.Where(each => faults.All(fault => fault.File != each.File)), faults);
            return faults.Count == 0 ? ExitCode.Done : ExitCode.BadInput;
        });
        return command;
    }

    private static void Report(Terminal terminal, bool json, IEnumerable<(string File, HardwareConfig Config)> valid, List<Diagnostic> faults)
    {
        if (json)
        {
            terminal.WriteJson(writer =>
            {
                writer.WriteBoolean("valid", faults.Count == 0);
                writer.WriteStartArray("faults");
                foreach (var fault in faults)
                {
                    writer.WriteStartObject();
                    writer.WriteString("file", fault.File);
                    writer.WriteString("place", fault.Place);
                    writer.WriteString("expected", fault.Expected);
                    writer.WriteString("found", fault.Found);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            });
        }
        else
        {
            foreach (var (file, config) in valid)
            {
                terminal.Output.WriteLine($"{file}: valid, machine '{config.Name}' ({HardwareConfigPrinter.Fingerprint(config)[..12]})");
            }
        }

        foreach (var fault in faults)
        {
            terminal.Error.WriteLine(fault);
        }
    }

    private static void Print(Terminal terminal, MachineFigures figures)
    {
        var config = figures.Config;
        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{config.Name}: core {config.Clocks.Core}, memory clock {config.Clocks.Memory} ({config.Clocks.Ratio.Core}:{config.Clocks.Ratio.Memory}), {config.Process.NodeNanometres} nm"));
        foreach (var line in MachineDrawing.Lines(figures))
        {
            terminal.Output.WriteLine(line);
        }

        terminal.WriteTable(
            ["what follows", "figure", "why"],
            [
                ["int8 peak", Engineering.Format(figures.PeakOperationsPerSecond, "OPS"), string.Create(CultureInfo.InvariantCulture, $"{figures.PeakMacsPerCycle:N0} MAC/cycle")],
                ["memory peak", Engineering.Format(figures.BytesPerSecond, "B/s"), string.Create(CultureInfo.InvariantCulture, $"{config.Memory.TransfersPerSecond / 1_000_000} MT/s")],
                ["ridge point", $"{Engineering.Digits(figures.RidgeMacsPerByte)} MAC/B", "below it the memory binds"],
                ["weight ports", Engineering.Format(figures.WeightPortBytesPerSecond, "B/s"), $"{Engineering.Digits(figures.WeightPortBytesPerSecond / figures.BytesPerSecond)} x the memory"],
                ["under way", figures.BytesUnderWay.ToString(), $"hides {Engineering.Format(figures.LatencyCovered, "s")} of latency"],
                ["weights in memory", config.Memory.Capacity.ToString(), $"{Engineering.Format(config.Memory.Capacity.Value / figures.BytesPerSecond, "s")} to read once"],
                ["arrays at peak", Engineering.Format(figures.ArrayWatts, "W"), Energy(config.Energy.MacInt8, "MAC")],
                ["memory at peak", Engineering.Format(figures.MemoryWatts, "W"), Energy(config.Energy.MemoryBit, "bit")],
            ],
            2);
        terminal.Output.WriteLine($"energy of a MAC: {config.Energy.MacInt8.Source}");
        terminal.Output.WriteLine($"energy of a bit: {config.Energy.MemoryBit.Source}");
    }

    private static string Energy(EnergyFigure figure, string each) => $"{Engineering.Format(figure.Femtojoules * 1e-15, "J")} a {each}";

    private static void Write(Utf8JsonWriter writer, MachineFigures figures)
    {
        var config = figures.Config;
        writer.WriteString("name", config.Name);
        writer.WriteString("fingerprint", HardwareConfigPrinter.Fingerprint(config));
        writer.WriteNumber("core_hertz", config.Clocks.Core.Value);
        writer.WriteNumber("memory_hertz", config.Clocks.Memory.Value);
        writer.WriteNumber("node_nanometres", config.Process.NodeNanometres);
        writer.WriteNumber("arrays", config.MatMulArrays.Count);
        writer.WriteNumber("array_rows", config.MatMulArrays.Rows);
        writer.WriteNumber("array_columns", config.MatMulArrays.Columns);
        writer.WriteNumber("vector_units", config.VectorUnits.Count);
        writer.WriteNumber("vector_lanes", config.VectorUnits.Lanes);
        writer.WriteNumber("scratchpad_bytes", config.Scratchpad.Size.Value);
        writer.WriteString("memory_standard", config.Memory.Standard);
        writer.WriteNumber("memory_channels", config.Memory.Channels);
        writer.WriteNumber("memory_bytes", config.Memory.Capacity.Value);
        writer.WriteNumber("peak_macs_per_cycle", figures.PeakMacsPerCycle);
        writer.WriteNumber("peak_operations_per_second", figures.PeakOperationsPerSecond);
        writer.WriteNumber("memory_bytes_per_second", figures.BytesPerSecond);
        writer.WriteNumber("ridge_macs_per_byte", figures.RidgeMacsPerByte);
        writer.WriteNumber("vector_elements_per_second", figures.VectorElementsPerSecond);
        writer.WriteNumber("weight_port_bytes_per_second", figures.WeightPortBytesPerSecond);
        writer.WriteNumber("scratchpad_bytes_per_second", figures.ScratchpadBytesPerSecond);
        writer.WriteNumber("bytes_under_way", figures.BytesUnderWay.Value);
        writer.WriteNumber("array_watts_at_peak", figures.ArrayWatts);
        writer.WriteNumber("memory_watts_at_peak", figures.MemoryWatts);
    }

    private static string Arrays(HardwareConfig config) =>
        string.Create(CultureInfo.InvariantCulture, $"{config.MatMulArrays.Count} x {config.MatMulArrays.Rows}x{config.MatMulArrays.Columns}");
}
