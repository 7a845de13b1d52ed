using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Isa.Encoding;

/// <summary>The vector unit's part of the <see cref="InstructionCatalogue"/>.</summary>
internal static class VectorFields
{
    public static IReadOnlyList<InstructionFields> All { get; } =
    [
        Of<Elementwise>(
            48, "lanes",
            (w, c) =>
            {
                w.Word("function", c.Function);
                w.Operand("left", c.Left);
                w.Operand("right", c.Right);
                w.View("to", c.Destination);
                w.Number("left-shift", c.LeftShift);
                w.Number("right-shift", c.RightShift);
                w.Number("shift", c.Shift);
                w.Operand("shift-by", c.ShiftBy);
                w.Number("shift-sign", c.ShiftSign);
                w.Flag("truncate", c.Truncate);
                w.Operand("add", c.Addend);
                w.Number("limit", c.Limit);
            },
            r =>
            {
                var (function, left, right, to) = (r.Word<LaneFunction>("function"), r.Operand("left"), r.Operand("right"), r.View("to"));
                var (leftShift, rightShift, shift, shiftBy) = (r.Integer("left-shift", 0, 62), r.Integer("right-shift", 0, 62), r.Shift("shift"), r.Operand("shift-by"));
                var sign = r.Integer("shift-sign", -1, 1);
                if (sign == 0)
                {
                    throw r.Fault("shift-sign", "1 or -1", "0");
                }

                var (truncate, addend) = (r.Flag("truncate"), r.Operand("add"));
                return new(function, left, right, to, shift, r.Number("limit", 0))
                {
                    LeftShift = leftShift, RightShift = rightShift, ShiftBy = shiftBy, ShiftSign = sign, Truncate = truncate, Addend = addend,
                };
            }),
        Of<Apply>(
            49, "apply",
            (w, c) =>
            {
                w.Word("function", c.Function);
                w.View("from", c.Source);
                w.View("to", c.Destination);
                w.Number("argument-fraction", c.ArgumentFraction);
                w.Number("result-fraction", c.ResultFraction);
            },
            r =>
            {
                var function = r.Word<UnaryFunction>("function");
                var isExponential = function == UnaryFunction.Exp2Negative;
                return new(function, r.View("from"), r.View("to"))
                {
                    ArgumentFraction = isExponential ? r.Integer("argument-fraction", 8, 30) : r.Integer("argument-fraction", 0, 0),
                    ResultFraction = r.Integer("result-fraction", 0, isExponential ? 30 : 0),
                };
            }),
        Of<Lookup>(
            50, "lookup",
            (w, c) =>
            {
                w.View("from", c.Source);
                w.View("to", c.Destination);
                w.Value("table", c.Table);
                w.Number("segments", c.Segments);
                w.Number("segment-shift", c.SegmentShift);
                w.Number("low", c.Low);
                w.Word("use", c.Use);
                w.Number("argument-shift", c.ArgumentShift);
                w.Number("shift", c.Shift);
                w.Number("limit", c.Limit);
            },
            r => new(
                r.View("from"), r.View("to"), r.Value("table"), r.Integer("segments", 1, 1 << 20), r.Integer("segment-shift", 0, 31),
                r.Number("low", -(1L << 40), 1L << 40), r.Word<TableUse>("use"), r.Integer("argument-shift", 0, 62), r.Shift("shift"),
                r.Number("limit", 0))),
        Of<Reduce>(
            51, "reduce",
            (w, c) =>
            {
                w.Word("function", c.Function);
                w.View("from", c.Source);
                w.View("to", c.Destination);
                w.Flag("accumulate", c.Accumulate);
            },
            r => new(r.Word<ReduceFunction>("function"), r.View("from"), r.View("to"), r.Flag("accumulate"))),
        Of<QuantizeRows>(
            52, "quantize",
            (w, c) =>
            {
                w.View("from", c.Source);
                w.View("codes", c.Codes);
                w.View("scale", c.Scale);
                w.Number("scale-mantissa", c.ScaleMantissa);
                w.Number("scale-shift", c.ScaleShift);
                w.Present("norm", c.Norm is not null);
                if (c.Norm is not null)
                {
                    w.Norm("norm", c.Norm);
                }
            },
            r =>
            {
                var (from, codes, scale) = (r.View("from"), r.View("codes"), r.View("scale"));
                var (mantissa, shift) = (r.Integer("scale-mantissa", 0), r.Shift("scale-shift"));
                return new(from, codes, scale, r.Present("norm") ? r.Norm("norm") : null, mantissa, shift);
            }),
        Of<NormalizeRows>(
            53, "normalize",
            (w, c) =>
            {
                w.View("from", c.Source);
                w.View("to", c.Destination);
                w.Norm("norm", c.Norm);
                w.Number("shift", c.OutputShift);
                w.Number("limit", c.Limit);
            },
            r => new(r.View("from"), r.View("to"), r.Norm("norm"), r.Shift("shift"), r.Number("limit", 0))),
        Of<Dequantize>(
            54, "dequantize",
            (w, c) =>
            {
                w.Codes("codes", c.Codes);
                w.Mantissas("mantissas", c.Mantissas);
                w.View("to", c.Destination);
                w.Number("shift", c.Shift);
                w.Number("limit", c.Limit);
            },
            r => new(r.Codes("codes"), r.Mantissas("mantissas"), r.View("to"), r.Shift("shift"), r.Number("limit", 0))),
        Of<Rotate>(
            55, "rotate",
            (w, c) =>
            {
                w.View("from", c.Source);
                w.View("to", c.Destination);
                w.View("cosines", c.Cosines);
                w.View("sines", c.Sines);
                w.Number("head-width", c.HeadWidth);
                w.Number("pairs", c.Pairs);
                w.Word("layout", c.Layout);
                w.Number("shift", c.Shift);
                w.Number("limit", c.Limit);
            },
            r => new(
                r.View("from"), r.View("to"), r.View("cosines"), r.View("sines"), r.Integer("head-width", 1, 1 << 20), r.Integer("pairs", 1, 1 << 19),
                r.Word<RotationLayout>("layout"), r.Shift("shift"), r.Number("limit", 0))),
        Of<Convolve>(
            56, "convolve",
            (w, c) =>
            {
                w.View("from", c.Source);
                w.View("taps", c.Taps);
                w.Operand("bias", c.Bias);
                w.View("to", c.Destination);
                w.Number("tap-count", c.TapCount);
                w.Number("shift", c.Shift);
                w.Number("limit", c.Limit);
            },
            r => new(
                r.View("from"), r.View("taps"), r.Operand("bias"), r.View("to"), r.Integer("tap-count", 1, 1 << 16), r.Shift("shift"),
                r.Number("limit", 0))),
        Of<Scan>(
            57, "scan",
            (w, c) =>
            {
                w.Word("form", c.Form);
                w.View("decay", c.Decay);
                w.Operand("gate", c.Gate);
                w.View("input", c.Input);
                w.View("state", c.State);
                w.View("to", c.Destination);
                w.Number("shift", c.Shift);
                w.Number("output-shift", c.OutputShift);
                w.Number("limit", c.Limit);
            },
            r => new(
                r.Word<ScanForm>("form"), r.View("decay"), r.Operand("gate"), r.View("input"), r.View("state"), r.View("to"), r.Shift("shift"),
                r.Shift("output-shift"), r.Number("limit", 0))),
        Of<Mask>(
            58, "mask",
            (w, c) =>
            {
                w.View("target", c.Target);
                w.Value("first-query", c.FirstQuery);
                w.Flag("queries-along-planes", c.QueriesAlongPlanes);
                w.Value("first-key", c.FirstKey);
                w.Value("last-key", c.LastKey);
                w.Number("ring", c.RingSlots);
                w.Number("window", c.Window);
                w.Number("fill", c.Fill);
            },
            r => new(
                r.View("target"), r.Value("first-query"), r.Flag("queries-along-planes"), r.Value("first-key"), r.Value("last-key"),
                r.Number("ring", 0, 1L << 40), r.Number("window", 0, 1L << 40), r.Number("fill"))),
    ];

    private static InstructionFields Of<T>(byte code, string mnemonic, Action<FieldWriter, T> write, Func<FieldReader, T> read)
        where T : VectorCommand => InstructionFields.OfCommand<T>(
            code, mnemonic,
            (writer, command) =>
            {
                writer.Number("vector", command.Vector);
                write(writer, command);
            },
            reader =>
            {
                var vector = reader.Integer("vector", 0);
                return read(reader) with { Vector = vector };
            });
}
