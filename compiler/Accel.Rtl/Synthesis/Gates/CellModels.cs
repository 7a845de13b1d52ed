using System.Text;
using Accel.Core.Diagnostics;
using Accel.Rtl.Liberty;

namespace Accel.Rtl.Synthesis.Gates;

/// <summary>A library's cells as Verilog that behaves as the library says: functions, flip-flops, latches; no delays.</summary>
internal static class CellModels
{
    /// <param name="cells">Names of the cells that are wanted.</param>
    /// <exception cref="InputException">A cell whose behaviour the library does not state as functions.</exception>
    public static string Print(LibertyLibrary library, IEnumerable<string> cells)
    {
        var text = new StringBuilder();
        foreach (var name in cells.Distinct().Order(StringComparer.Ordinal))
        {
            Print(text, library, library.Cells.GetValueOrDefault(name) ?? throw new InputException(library.File, name, "a cell of the library", "none of this name"));
        }

        return text.ToString();
    }

    private static void Print(StringBuilder text, LibertyLibrary library, LibertyCell cell)
    {
        if (cell.HasStateTable || cell.States.Count > 1)
        {
            throw new InputException(library.File, cell.Name, "a cell of functions and at most one state", cell.HasStateTable ? "a table of states" : $"{cell.States.Count} states");
        }

        var ports = cell.Pins.Where(pin => pin.Direction is PinDirection.Input or PinDirection.Output).ToList();
        text.Append($"module {Name(cell.Name)} ({string.Join(", ", ports.Select(pin => $"{(pin.Direction == PinDirection.Input ? "input" : "output")} {Name(pin.Name)}"))});\n");
        foreach (var state in cell.States)
        {
            State(text, state);
        }

        foreach (var pin in cell.Outputs)
        {
            var function = pin.Function ?? throw new InputException(library.File, $"{cell.Name}.{pin.Name}", "an output with a function", "none");
            text.Append($"    assign {Name(pin.Name)} = {(pin.ThreeState is { } off ? $"{off.ToVerilog(Name)} ? 1'bz : " : "")}{function.ToVerilog(Name)};\n");
        }

        text.Append("endmodule\n");
    }

    private static void State(StringBuilder text, LibertyState state)
    {
        var (variable, inverse) = (Name(state.Variable), Name(state.Inverse));
        text.Append($"    reg {variable}, {inverse};\n");
        var events = new List<string>();
        string? Wire(string name, LogicFunction? function, bool isEvent)
        {
            if (function is null)
            {
                return null;
            }

            text.Append($"    wire state_{name} = {function.ToVerilog(Name)};\n");
            if (isEvent)
            {
                events.Add($"posedge state_{name}");
            }

            return $"state_{name}";
        }

        var clock = Wire("clock", state.Clock, isEvent: !state.IsLatch);
        var clear = Wire("clear", state.Clear, isEvent: !state.IsLatch);
        var preset = Wire("preset", state.Preset, isEvent: !state.IsLatch);
        var data = state.Data?.ToVerilog(Name) ?? "1'bx";
        text.Append(state.IsLatch ? "    always @*\n" : $"    always @({string.Join(" or ", events)})\n");
        var lead = "if";
        if (clear is not null && preset is not null)
        {
            Branch($"{clear} & {preset}", Both(state.BothVariable, variable), Both(state.BothInverse, inverse));
        }

        if (clear is not null)
        {
            Branch(clear, "1'b0", "1'b1");
        }

        if (preset is not null)
        {
            Branch(preset, "1'b1", "1'b0");
        }

        if (!state.IsLatch || clock is not null)
        {
            var inner = state.IsLatch ? $"if ({clock}) " : "";
            text.Append($"        {(lead == "if" ? "" : "else ")}{inner}begin {variable} <= {data}; {inverse} <= ~({data}); end\n");
        }

        void Branch(string condition, string value, string inverted)
        {
            text.Append($"        {lead} ({condition}) begin {variable} <= {value}; {inverse} <= {inverted}; end\n");
            lead = "else if";
        }
    }

    private static string Both(char letter, string kept) => letter switch { 'L' => "1'b0", 'H' => "1'b1", 'N' => kept, 'T' => $"~{kept}", _ => "1'bx" };

    /// <summary>Any name as an identifier of Verilog.</summary>
    private static string Name(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(name[0]) ? name : $"\\{name} ";
}
