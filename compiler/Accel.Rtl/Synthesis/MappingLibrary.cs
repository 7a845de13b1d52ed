using Accel.Core.Diagnostics;
using Accel.Rtl.Liberty;

namespace Accel.Rtl.Synthesis;

/// <summary>A Liberty library made ready for mapping: files for the tools, and what their cells are worth.</summary>
public sealed class MappingLibrary
{
    /// <summary>Transistors of a two-input NAND.</summary>
    public const int TransistorsPerGate = 4;

    internal const string LibertyName = "cells.lib";

    /// <summary>The modules of <see cref="Matrices.SerialProduct"/> that cells take the place of.</summary>
    internal static readonly IReadOnlySet<string> AdderModules = new HashSet<string>(StringComparer.Ordinal) { "full_adder", "half_adder" };

    private MappingLibrary(LibertyLibrary library) => Liberty = library;

    public LibertyLibrary Liberty { get; }

    /// <summary>Area of one gate equivalent, that of the smallest two-input NAND.</summary>
    public double GateArea => Liberty.GateEquivalent.Area;

    /// <exception cref="InputException">No such file, not a library, or one that lacks an inverter, a NAND or a flip-flop.</exception>
    public static MappingLibrary ReadFile(string path)
    {
        var library = LibertyReader.ReadFile(path);
        _ = (library.GateEquivalent, library.Inverter);
        return library.Cells.Values.Any(cell => cell is { IsFlipFlop: true, IsSetAside: false })
            ? new(library)
            : throw new InputException(path, "", "a library with a flip-flop", "none");
    }

    /// <summary>Writes the library without what mapping must not take, and the rules by which arithmetic becomes cells.</summary>
    internal void WriteFiles(string folder)
    {
        using (var text = LibertyReader.Open(Liberty.File))
        using (var output = new StreamWriter(Path.Combine(folder, LibertyName)))
        {
            LibertyFilter.Write(Liberty.File, text, output, name => !Liberty.Cells[name].IsSetAside);
        }

        File.WriteAllText(Path.Combine(folder, ArithmeticMapping.ProductsName), ArithmeticMapping.Products);
        File.WriteAllText(Path.Combine(folder, ArithmeticMapping.SumsName), ArithmeticMapping.Sums);
        File.WriteAllText(Path.Combine(folder, ArithmeticMapping.CellsName), ArithmeticMapping.Cells(Liberty));
        File.WriteAllText(Path.Combine(folder, MappingScript.LogicName), MappingScript.Logic);
    }

    /// <summary>A pair of cells, or one with two outputs, that give constants; null where the library has none.</summary>
    internal (string Cell, string Pin)? Constant(bool value) => Liberty.Cells.Values
        .Where(cell => !cell.IsSetAside && !cell.Inputs.Any() && cell.States.Count == 0)
        .OrderBy(cell => cell.Area)
        .SelectMany(cell => cell.Outputs.Where(pin => pin.Function is { Inputs.Count: 0 } f && f.Evaluate((string _) => false) == value).Select(pin => ((string, string)?)(cell.Name, pin.Name)))
        .FirstOrDefault();
}
