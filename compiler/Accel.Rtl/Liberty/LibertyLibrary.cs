using Accel.Core.Diagnostics;

namespace Accel.Rtl.Liberty;

/// <summary>The cells of a process as a Liberty file describes them; timing is left to the tools that analyse it.</summary>
public sealed record LibertyLibrary
{
    /// <summary>As errors name the file.</summary>
    public required string File { get; init; }

    public required string Name { get; init; }

    /// <summary>The supply in volts.</summary>
    public required double Volts { get; init; }

    /// <summary>The file's unit of time, in seconds.</summary>
    public required double TimeUnitSeconds { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyDictionary<string, LibertyCell> Cells { get; init; }

    /// <summary>The smallest two-input NAND: its area is one gate equivalent.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public LibertyCell GateEquivalent => Smallest("a two-input NAND", 2, (a, b, _) => ~(a & b));

    /// <summary>The smallest inverter.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public LibertyCell Inverter => Smallest("an inverter", 1, (a, _, _) => ~a);

    /// <summary>The smallest usable cell with the given functions of the given number of inputs; null where there is none.</summary>
    /// <param name="inputs">At most 3.</param>
    /// <param name="functions">One per output, each matched by one of the cell's; columns of a truth table, symmetric in their inputs.</param>
    public LibertyCell? Find(int inputs, params ReadOnlySpan<Func<ulong, ulong, ulong, ulong>> functions)
    {
        LibertyCell? best = null;
        foreach (var cell in Cells.Values)
        {
            if (cell.IsSetAside || cell.States.Count > 0 || cell.HasStateTable || cell.Inputs.Count() != inputs || cell.Outputs.Count() != functions.Length
                || (best is not null && cell.Area >= best.Area))
            {
                continue;
            }

            var all = true;
            foreach (var function in functions)
            {
                all &= Output(cell, function) is not null;
            }

            best = all ? cell : best;
        }

        return best;
    }

    /// <summary>The output of a combinational cell that is the given function of its inputs in their order; null where none is.</summary>
    public static LibertyPin? Output(LibertyCell cell, Func<ulong, ulong, ulong, ulong> function)
    {
        ArgumentNullException.ThrowIfNull(cell);
        ArgumentNullException.ThrowIfNull(function);
        var names = cell.Inputs.Select(pin => pin.Name).ToList();
        ReadOnlySpan<ulong> columns = [0xaa, 0xcc, 0xf0];
        var rows = (1UL << (1 << names.Count)) - 1;
        ulong Column(int index) => index switch { 0 => 0xaa, 1 => 0xcc, 2 => 0xf0, _ => 0 };
        var wanted = function(columns[0], columns[1], columns[2]) & rows;
        return names.Count > columns.Length ? null : cell.Outputs.FirstOrDefault(pin =>
            pin is { Function: { } is_, ThreeState: null } && is_.Inputs.All(names.Contains) && (is_.Evaluate((string name) => Column(names.IndexOf(name))) & rows) == wanted);
    }

    private LibertyCell Smallest(string what, int inputs, Func<ulong, ulong, ulong, ulong> function) =>
        Find(inputs, function) ?? throw new InputException(File, "", $"a library with {what}", "none");
}
