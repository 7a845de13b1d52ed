using Accel.Compiler.Quantization.Ops;
using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Compiler.Quantization.Lowering;

/// <summary>Rotation and attention.</summary>
internal static class AttentionLowering
{
    public static void Rope(LoweringContext context, Node node)
    {
        var input = context[node.Operands[0]];
        var op = (Rope)node.Op;
        // A rotated pair is at most sqrt 2 above its greater element, so the input's format holds it, but for a magnitude.
        var output = context.Define(node.Result, input.Format);
        context.Ops.Add(new QuantizedRope(input, output, (int)node.Result.Type.Shape.Last.Value, op));
    }

    public static void Attention(LoweringContext context, Node node)
    {
        var op = (Attention)node.Op;
        if (op is not { Cache: CacheUse.Append, Causal: true, SoftCap: 0, Sinks: false, AlibiMaxBias: 0, RelativeBuckets: 0, SharedKeyValue: 0 })
        {
            throw context.Unsupported(node.Results[0], "causal attention over its own cache, without soft cap, sinks, slopes, buckets or shared values");
        }

        var options = context.Options;
        var (query, key, value) = (Narrow(context, node.Operands[0]), Narrow(context, node.Operands[1]), Narrow(context, node.Operands[2]));
        var keys = Cache(context, node.Operands[4], key, options.KeyBits);
        var values = Cache(context, node.Operands[5], value, options.CachedValueBits);
        var heads = (int)node.Operands[0].Type.Shape.Dims[1].Value;
        var output = context.Define(node.Results[0], context.FormatOf(node.Results[0], options.ValueBits));

        var (queryLimit, keyLimit) = ((1 << (options.QueryBits - 1)) - 1, keys.Limit);
        var scale = op.Scale * Math.Log2(Math.E) / ((double)queryLimit * keyLimit);
        var (scoreMantissa, scoreExponent) = LoweringContext.Mantissa(Math.ScaleB(scale, -query.Format.Fraction - key.Format.Fraction));
        var dotBits = options.QueryBits - 1 + options.KeyBits - 1 + LoweringContext.CountBits(keys.Width);
        var dotShift = Math.Max(0, dotBits + 15 - 31);
        var (valueMantissa, valueExponent) = LoweringContext.Mantissa(1.0 / values.Limit);
        var numeratorShift = options.CachedValueBits - 8;
        context.Ops.Add(new QuantizedAttention(
            query,
            key,
            value,
            output,
            keys,
            values,
            heads,
            checked((int)op.Window),
            options.QueryBits,
            dotShift,
            scoreMantissa,
            scoreExponent - dotShift - QuantizedAttention.ScoreFraction,
            numeratorShift,
            valueMantissa,
            // The quotient has 16 fraction bits less the numerator's shift; the weights carry 14 and the values' headroom.
            16 - numeratorShift - QuantizedAttention.ProbabilityFraction + value.Format.Fraction + valueExponent - output.Format.Fraction));
    }

    private static CacheState Cache(LoweringContext context, Value state, LaneValue lanes, int codeBits)
    {
        var dims = state.Type.Shape.Dims;
        var slots = dims[0].IsConstant ? checked((int)dims[0].Value) : 0;
        return context.AddState(new CacheState(
            state.Name, slots, (int)dims[1].Value, (int)dims[2].Value, codeBits, lanes.Format));
    }

    /// <summary>Lanes of 16 bits, so that a scale has 15.</summary>
    private static LaneValue Narrow(LoweringContext context, Value value)
    {
        var lanes = context[value];
        if (lanes.Format.Bits == 16)
        {
            return lanes;
        }

        var narrow = new LaneValue(context.Values.Count, $"{lanes.Name}.narrow", lanes.Width, new FixedFormat(16, lanes.Format.Fraction - 16));
        context.Values.Add(narrow);
        context.Ops.Add(new QuantizedSlice(lanes, narrow, 0, 16));
        return narrow;
    }
}
