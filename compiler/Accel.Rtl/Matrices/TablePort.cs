using Accel.Compiler.Quantization;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices;

/// <summary>
/// A second reader of a matrix: the embedding looks up rows of a table that is also the head's matrix. Ports of the unit that holds it:
/// <c>table_read</c>, <c>table_address</c> (of a word), <c>table_row</c>; in the same cycle <c>table_codes</c>, <c>table_mantissas</c>.
/// </summary>
internal static class TablePort
{
    /// <summary>The ports by which the table is asked; null for a matrix that is no table.</summary>
    public static (Unsigned Read, Unsigned Address, Unsigned Row)? Inputs(Module m, IReadOnlyList<WeightMatrix> tables, RomLayout layout) =>
        tables.Any(t => $"rom_{Identifier.From(t.Name)}" == layout.Name)
            ? (m.Input("table_read"), m.Input("table_address", layout.AddressWidth), m.Input("table_row", Bits.OfIndex(layout.Depth / layout.WordsPerRow)))
            : null;

    public static void Outputs(Module m, RomLayout layout, Unsigned codes, Unsigned mantissas)
    {
        WidthException.ThrowIfNot(layout.WeightWordWidth, codes.Width, "table codes");
        m.Output("table_codes", codes);
        m.Output("table_mantissas", mantissas);
    }
}
