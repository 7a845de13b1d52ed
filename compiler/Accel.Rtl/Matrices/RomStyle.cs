using Accel.Compiler.Quantization;
using Accel.Rtl.Blocks;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices;

/// <summary>Weights as constant ROM logic, one <c>case</c> module per matrix, and P multiply-accumulate lanes that all matrices share.</summary>
internal sealed class RomStyle : IMatrixStyle
{
    /// <summary>From a word's address to its sum: word, dot product, scaled, accumulated.</summary>
    public const int Latency = 4;

    public string Name => "rom";

    public MatrixUnit Build(IReadOnlyList<MatrixTask> tasks, IReadOnlyList<WeightMatrix> tables, MachineShape shape)
    {
        var matrices = tasks.DistinctBy(t => t.Op.Weight.Name).ToList();
        var segment = RomLayout.SegmentOf(matrices.Select(t => (t.Op.Weight, t.Op.Blocks)), shape.Lanes);
        var layouts = matrices.ToDictionary(t => t.Op.Weight.Name, t => new RomLayout(t.Op.Weight, t.Op.Blocks, shape.Lanes, segment), StringComparer.Ordinal);
        RomLayout Of(MatrixTask task) => layouts[task.Op.Weight.Name];
        var unit = new UnitBuilder(
            "matrices_rom", $"Matrix products: {shape.Lanes} multiply-accumulate lanes along a row, weights from constant ROMs. S = sum over groups of mantissa * sum of code * weight.", tasks.Count);
        var m = unit.Module;

        m.Comment("Words of a row, rows, and bands of rows that read the same codes.");
        var words = unit.Field("words", tasks.Select(t => (long)Of(t).WordsPerRow));
        var rows = unit.Field("rows", tasks.Select(t => (long)t.Op.Weight.Rows));
        var bandRows = unit.Field("band_rows", tasks.Select(t => (long)Of(t).BandRows));
        var active = m.Register("active", reset: 0);
        var word = m.Register("word", words.Width);
        var row = m.Register("row", rows.Width);
        var band = m.Register("band", bandRows.Width);
        var address = m.Register("address", layouts.Values.Max(l => l.AddressWidth), comment: "of the weight word");
        var codes = m.Register("codes", shape.CodeAddressWidth, comment: "first code word of the band");
        var lastWord = m.Wire("last_word", word.Value.Increment().Is(words));
        var lastRow = m.Wire("last_row", row.Value.Increment().Is(rows));
        var lastOfBand = m.Wire("last_of_band", lastWord & band.Value.Increment().Is(bandRows));
        active.Next(unit.Start, 1).Next(lastWord & lastRow, 0);
        word.Next(unit.Start | lastWord, 0).Next(active.Value, word.Value.Increment());
        row.Next(unit.Start, 0).Next(active.Value & lastWord, row.Value.Increment());
        band.Next(unit.Start | lastOfBand, 0).Next(active.Value & lastWord, band.Value.Increment());
        address.Next(unit.Start, 0).Next(active.Value, address.Value.Increment());
        codes.Next(unit.Start, unit.Field("codes", tasks.Select(t => (long)t.Codes)).Resize(shape.CodeAddressWidth))
            .Next(active.Value & lastOfBand, (codes.Value + unit.Field("band_words", tasks.Select(t => (long)Of(t).BandWords))).Truncate(shape.CodeAddressWidth));
        m.Output("code_read", active);
        m.Output("code_address", LanePort.Gate(active, (codes.Value + word.Value).Resize(shape.CodeAddressWidth)));
        var codeWord = m.Input("code_word", shape.CodeWordWidth, "one cycle after the read");

        var select = unit.Field("matrix", tasks.Select(t => (long)matrices.FindIndex(other => other.Op.Weight.Name == t.Op.Weight.Name)));

        m.Comment("Words and mantissas of the selected matrix; narrow codes are widened.");
        var (weights, mantissas) = Read(m, matrices, layouts, tables, select, address.Value, row.Value, active.Value, shape.Lanes / segment);
        var first = m.Delay("first_0", word.Value.Is(0), active.Value);
        var last = m.DelayFlag("last_0", active.Value & lastWord);
        var valid = m.DelayFlag("valid_0", active.Value);

        m.Comment("Dot products of the segments, scaled and accumulated.");
        var weightBits = weights.Width / shape.Lanes;
        var parts = new List<Signed>();
        var valid1 = m.DelayFlag("valid_1", valid);
        for (var s = 0; s < shape.Lanes / segment; s++)
        {
            var dot = m.Delay($"dot_{s}", DotProduct.Of(weights, weightBits, codeWord, shape.CodeBits, s * segment, segment), valid);
            var mantissa = m.Delay($"mantissa_{s}", mantissas.Slice((RomLayout.MantissaBits * (s + 1)) - 1, RomLayout.MantissaBits * s), valid);
            parts.Add(dot * mantissa.ToSigned());
        }

        var part = m.Delay("part", DotProduct.Sum(parts), valid1);
        var first2 = m.Delay("first_2", m.Delay("first_1", first, valid), valid1);
        var last2 = m.DelayFlag("last_2", m.DelayFlag("last_1", last));
        var valid2 = m.DelayFlag("valid_2", valid1);
        var sum = m.RegisterSigned("accumulator", IMatrixStyle.SumBits);
        sum.Next(valid2, first2.Select(part.Resize(IMatrixStyle.SumBits), (sum.Value + part).Truncate(IMatrixStyle.SumBits)));
        var sumValid = m.DelayFlag("sum_complete", last2);
        m.Output("sum_valid", sumValid);
        m.Output("sum", sumValid.Select(sum.Value, Signed.Constant(IMatrixStyle.SumBits, 0)));
        return new(
            unit.Build((step, _) => 1 + ((long)tasks[step].Op.Weight.Rows * Of(tasks[step]).WordsPerRow) + Latency),
            tables.Where(t => layouts.ContainsKey(t.Name)).ToDictionary(t => t.Name, t => layouts[t.Name], StringComparer.Ordinal));
    }

    /// <summary>The words of the selected matrix, one cycle after their address: codes of one width, a mantissa per segment.</summary>
    private static (Unsigned Weights, Unsigned Mantissas) Read(
        Module m, List<MatrixTask> matrices, Dictionary<string, RomLayout> layouts, IReadOnlyList<WeightMatrix> tables,
        Unsigned select, Unsigned address, Unsigned row, Unsigned enable, int segments)
    {
        var lanes = layouts.Values.First().Lanes;
        var codeBits = layouts.Values.Max(l => l.CodeBits);
        var words = new SortedDictionary<int, Unsigned>();
        Unsigned? mantissas = null;
        Unsigned? width = null;
        for (var i = 0; i < matrices.Count; i++)
        {
            var layout = layouts[matrices[i].Op.Weight.Name];
            var table = TablePort.Inputs(m, tables, layout);
            var weightAddress = address.Resize(layout.AddressWidth);
            var word = m.Instance(layout.Weights(), $"u_{layout.Name}").Connect("address", table is { } t ? t.Read.Select(t.Address, weightAddress) : weightAddress)["word"];
            var scaleAddress = layout.IsPerRow ? row.Resize(layout.MantissaAddressWidth) : weightAddress;
            var scale = m.Instance(layout.Mantissas(), $"u_{layout.Name}_scale")
                .Connect("address", table is { } u ? u.Read.Select(layout.IsPerRow ? u.Row : u.Address, scaleAddress) : scaleAddress)["word"];
            if (table is not null)
            {
                TablePort.Outputs(m, layout, word, scale);
            }

            // One choice among all matrices whose codes have the same width, then one among the widths.
            var perSegment = layout.IsPerRow ? Unsigned.Concat([.. Enumerable.Repeat(scale, segments)]) : scale;
            var chosen = select.Is(i);
            words[layout.CodeBits] = words.TryGetValue(layout.CodeBits, out var others) ? chosen.Select(word, others) : word;
            mantissas = mantissas is { } s ? chosen.Select(perSegment, s) : perSegment;
            var isWide = Unsigned.Constant(4, layout.CodeBits);
            width = width is { } w ? chosen.Select(isWide, w) : isWide;
        }

        Unsigned? weights = null;
        foreach (var (bits, word) in words)
        {
            var wide = Widen(m.Wire($"word_of_{bits}_bits", word), lanes, bits, codeBits);
            weights = weights is { } others ? width!.Value.Is(bits).Select(wide, others) : wide;
        }

        return (m.Delay("weights", weights!.Value, enable), m.Delay("mantissas", mantissas!.Value, enable));
    }

    /// <summary>Each code of a word in more bits.</summary>
    private static Unsigned Widen(Unsigned word, int lanes, int from, int to)
    {
        if (from == to)
        {
            return word;
        }

        var codes = new Unsigned[lanes];
        for (var lane = 0; lane < lanes; lane++)
        {
            codes[lanes - 1 - lane] = word.Slice((from * (lane + 1)) - 1, from * lane).AsSigned().Extend(to).AsUnsigned();
        }

        return Unsigned.Concat(codes);
    }
}
