using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Blocks;

/// <summary>A row of the token table: <c>y[i] = sat(shift(code * mantissa, OutputShift))</c>, an element per cycle.</summary>
internal static class EmbeddingLookup
{
    /// <summary>Code, product.</summary>
    private const int Latency = 1;

    /// <param name="output">Lane address of the result.</param>
    /// <param name="table">Layout of the ROM, which the chip connects at <c>table_*</c>.</param>
    public static Unit Build(QuantizedEmbedding op, int output, RomLayout table, MachineShape shape)
    {
        var unit = new UnitBuilder("embedding", $"Row of the token table: y[i] = sat(shift(code * mantissa, {op.OutputShift})), q{op.Output.Format.Bits}.{op.Output.Format.Fraction}.", 1);
        var m = unit.Module;
        var token = m.Input("token", Bits.OfIndex(op.Table.Rows), "steady while the unit works");
        var stream = new LaneStream(unit, shape, Unsigned.Constant(op.Output.Width));
        var laneBits = Bits.OfIndex(table.Lanes);
        var index = stream.Index.Resize(Math.Max(stream.Index.Width, laneBits + 1));

        m.Comment("The word of the row that holds element i, and the element's lane in it.");
        var word = index.ShiftRight(laneBits);
        m.Output("table_read", stream.Issue);
        m.Output("table_row", LanePort.Gate(stream.Issue, token));
        m.Output("table_address", LanePort.Gate(stream.Issue, (ConstantProduct.Of(token, table.WordsPerRow) + word).Resize(table.AddressWidth)));
        var lane = index.Truncate(laneBits);
        var codes = m.Input("table_codes", table.WeightWordWidth, "in the same cycle");
        var mantissas = m.Input("table_mantissas", table.MantissaWordWidth, "in the same cycle");
        var code = m.Delay("code", Pick(codes, lane, table.CodeBits, table.Lanes), stream.Issue).AsSigned();
        var segments = table.MantissaWordWidth / RomLayout.MantissaBits;
        var segment = segments == 1 ? Unsigned.Constant(1, 0) : lane.ShiftRight(laneBits - Bits.OfIndex(segments));
        var mantissa = m.Delay("mantissa", Pick(mantissas, segment, RomLayout.MantissaBits, segments), stream.Issue);
        var product = m.Delay("product", code * mantissa.ToSigned(), stream.IsData);
        var y = FixedPointLogic.Saturate(FixedPointLogic.Shift(product, op.OutputShift), op.Output.Format.Bits);
        stream.Write(m.DelayFlag("product_valid", stream.IsData), Unsigned.Constant(output), y);
        return unit.Build((_, _) => 1 + op.Output.Width + Latency + 1);
    }

    /// <summary>Element <paramref name="index"/> of a word.</summary>
    private static Unsigned Pick(Unsigned word, Unsigned index, int bits, int count) =>
        count == 1 ? word : word.ShiftRight(Unsigned.Concat(index, Unsigned.Constant(Bits.OfIndex(bits), 0))).Truncate(bits);
}
