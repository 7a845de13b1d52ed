using System.Numerics;
using Accel.Rtl.Blocks;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices.Unrolled;

/// <summary>
/// The logic of some matrices as a module: behind <c>start</c> it takes <c>codes</c>, held until the last row, and shows the group sums of each row of matrix
/// <c>matrix</c> in order (<c>row_valid</c>, <c>row</c>, <c>sums</c>, group 0 lowest, two's complement). Row r comes <c>Latency + 1 + r</c> cycles behind
/// <c>start</c>. This is what any way to build it must equal; its own text, made for simulation, multiplies.
/// </summary>
/// <param name="Name">The module's name.</param>
/// <param name="Matrices">In the order of <c>matrix</c>.</param>
/// <param name="Latency">1 or more.</param>
internal sealed record RowLogic(string Name, IReadOnlyList<UnrolledMatrix> Matrices, int Latency)
{
    /// <summary>Bits of a group's sum, the same for all matrices.</summary>
    public int SumBits { get; } = Matrices.Max(matrix => matrix.SumBits);

    /// <summary>Groups of the matrix that has most.</summary>
    public int Groups { get; } = Matrices.Max(matrix => matrix.Groups);

    /// <summary>Codes of the matrix that reads most.</summary>
    public int Inputs { get; } = Matrices.Max(matrix => matrix.Inputs);

    public int CodeBits => Matrices[0].CodeBits;

    public int RowWidth => Bits.OfIndex(Matrices.Max(matrix => matrix.Rows)) + 1;

    /// <summary>The module for simulation; <paramref name="structure"/> makes the one for synthesis when that is asked for.</summary>
    public Module Build(Func<Module> structure)
    {
        var m = Begin($"Row sums of {Matrices.Count} matrices, behaviour: a row's dot products in the cycle before they are seen.", out var ports);
        var words = new Unsigned[Groups];
        for (var i = 0; i < Matrices.Count; i++)
        {
            var matrix = Matrices[i];
            var chosen = ports.Chosen(i);
            m.Comment(matrix.Weight.Name);
            var weights = m.Instance(Codes(matrix), $"u_{matrix.Name}").Connect("address", ports.Timing.NextRow.Resize(Bits.OfIndex(matrix.Rows)))["word"];
            var codes = m.Wire($"codes_{i}", BlockCodes(matrix, ports));
            for (var g = 0; g < matrix.Groups; g++)
            {
                var dot = DotProduct.Of(weights, StoredBits(matrix), codes, CodeBits, g * matrix.Weight.GroupSize, matrix.GroupColumns(g));
                var sum = m.Delay($"sum_{i}_{g}", dot.Resize(SumBits), ports.Timing.NextValid & chosen);
                var shown = LanePort.Gate(ports.Timing.Valid & chosen, sum.AsUnsigned());
                words[g] = words[g] == default ? shown : words[g] | shown;
            }
        }

        End(m, ports, words);
        m.SynthesiseAs(structure);
        return m;
    }

    /// <summary>A module with the ports and the row timing that all texts share.</summary>
    public Module Begin(string summary, out RowPorts ports)
    {
        var m = new Module(Name, summary);
        var start = m.Input("start", comment: "high for one cycle; from the next on the codes are held");
        var select = Matrices.Count > 1 ? m.Input("matrix", Bits.OfIndex(Matrices.Count)) : Unsigned.Constant(1, 0);
        var codes = m.Input("codes", Inputs * CodeBits, "the first lowest");
        var rows = m.Lookup("rows", select, RowWidth, [.. Matrices.Select(matrix => (BigInteger)matrix.Rows)], i => Matrices[i].Weight.Name);
        ports = new(start, select, codes, RowTiming.Of(m, start, rows, Latency));
        return m;
    }

    /// <summary>The outputs.</summary>
    /// <param name="words">The groups' sums, zero unless a row is seen.</param>
    public static void End(Module m, RowPorts ports, IReadOnlyList<Unsigned> words)
    {
        m.Output("row_valid", ports.Timing.Valid);
        m.Output("row", ports.Timing.Row);
        m.Output("sums", Unsigned.Concat([.. words.Reverse()]), "per group, the first lowest; zero unless row_valid");
    }

    private static int StoredBits(UnrolledMatrix matrix) => matrix.Weight.CodeBits <= 2 ? 2 : matrix.Weight.CodeBits <= 4 ? 4 : 8;

    /// <summary>The codes of the block that the next row lies in.</summary>
    private Unsigned BlockCodes(UnrolledMatrix matrix, RowPorts ports)
    {
        var width = matrix.Weight.Columns * CodeBits;
        var codes = ports.Codes.Slice(width - 1, 0);
        for (var block = 1; block < matrix.Blocks; block++)
        {
            var isBehind = ports.Timing.NextRow >= Unsigned.Constant(RowWidth, matrix.Rows / matrix.Blocks * block);
            codes = isBehind.Select(ports.Codes.Slice((width * (block + 1)) - 1, width * block), codes);
        }

        return codes;
    }

    /// <summary>A matrix's codes by row, for the behaviour alone.</summary>
    private Module Codes(UnrolledMatrix matrix)
    {
        var (columns, bits) = (matrix.Weight.Columns, StoredBits(matrix));
        var words = new BigInteger[matrix.Rows];
        var bytes = new byte[(columns * bits / 8) + 2];
        for (var row = 0; row < words.Length; row++)
        {
            Array.Clear(bytes);
            for (var column = 0; column < columns; column++)
            {
                var code = matrix.Weight.Data.Codes[((long)row * columns) + column] & ((1 << bits) - 1);
                bytes[column * bits / 8] |= (byte)(code << (column * bits % 8));
            }

            words[row] = new BigInteger(bytes, isUnsigned: true);
        }

        var rom = new Module($"{Name}_{matrix.Name}_codes", $"Weights of {matrix.Weight.Name}, {matrix.Rows} rows of {columns} {matrix.Weight.Format} codes.");
        rom.Output("word", rom.Lookup("entry", rom.Input("address", Bits.OfIndex(words.Length)), columns * bits, words));
        return rom;
    }
}

/// <summary>What the texts of a <see cref="RowLogic"/> see.</summary>
/// <param name="Select">The matrix.</param>
internal sealed record RowPorts(Unsigned Start, Unsigned Select, Unsigned Codes, RowTiming Timing)
{
    /// <summary>Whether a matrix is at work.</summary>
    public Unsigned Chosen(int matrix) => Select.Is(matrix);
}
