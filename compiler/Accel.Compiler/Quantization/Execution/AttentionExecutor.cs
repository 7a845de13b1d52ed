using Accel.Compiler.Quantization.Arithmetic;
using Accel.Compiler.Quantization.Ops;
using static Accel.Compiler.Quantization.Arithmetic.FixedPoint;

namespace Accel.Compiler.Quantization.Execution;

/// <summary>
/// Attention, a query at a time: a token's keys and values enter the caches, then each head makes two passes over tiles of keys,
/// one for the maxima and one for the sums.
/// </summary>
internal sealed class AttentionExecutor(QuantizedAttention op, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _query = memory.Lanes(op.Query);
    private readonly int[] _key = memory.Lanes(op.Key);
    private readonly int[] _value = memory.Lanes(op.Value);
    private readonly int[] _output = memory.Lanes(op.Output);
    private readonly StateMemory _keys = memory[op.Keys];
    private readonly StateMemory _values = memory[op.Values];
    private readonly short[] _queryCodes = new short[op.HeadWidth];
    private readonly long[] _sums = new long[op.ValueWidth];
    private readonly long[] _tileSums = new long[op.ValueWidth];
    private readonly int _tile = memory.Options.KeyTile > 0 ? memory.Options.KeyTile : int.MaxValue;

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        for (var t = 0; t < tokens.Length; t++)
        {
            Append(_key.AsSpan(t * op.Key.Width, op.Key.Width), _keys, op.Keys, position + t);
            Append(_value.AsSpan(t * op.Value.Width, op.Value.Width), _values, op.Values, position + t);
            for (var head = 0; head < op.Heads; head++)
            {
                Attend(
                    _query.AsSpan((t * op.Query.Width) + (head * op.HeadWidth), op.HeadWidth),
                    head / (op.Heads / op.KeyHeads),
                    position + t,
                    _output.AsSpan((t * op.Output.Width) + (head * op.ValueWidth), op.ValueWidth));
            }
        }
    }

    private static void Append(ReadOnlySpan<int> lanes, StateMemory memory, CacheState state, long position)
    {
        var slot = (int)(position % memory.Slots);
        for (var head = 0; head < state.Heads; head++)
        {
            var row = (slot * state.Heads) + head;
            memory.Lanes[row] = RowCoder.Encode(
                lanes.Slice(head * state.Width, state.Width), memory.Codes.AsSpan(row * state.Width, state.Width), state.Limit);
        }
    }

    private void Attend(ReadOnlySpan<int> query, int keyHead, long position, Span<int> output)
    {
        var scale = (long)RowCoder.Encode(query, _queryCodes, op.QueryLimit) * op.ScoreMantissa;
        var first = op.Window > 0 ? Math.Max(0, position - op.Window + 1) : 0;
        var (greatest, greatestScale) = (int.MinValue, 1);
        for (var start = first; start <= position; start += _tile)
        {
            var (score, valueScale) = TileMaxima(keyHead, start, Math.Min(position + 1, start + _tile), scale);
            (greatest, greatestScale) = (Math.Max(greatest, score), Math.Max(greatestScale, valueScale));
        }

        var places = Headroom(greatestScale) - 16;
        var denominator = 0L;
        Array.Clear(_sums);
        for (var start = first; start <= position; start += _tile)
        {
            denominator += TileSums(keyHead, start, Math.Min(position + 1, start + _tile), scale, greatest, places);
            for (var i = 0; i < _sums.Length; i++)
            {
                _sums[i] += _tileSums[i];
            }
        }

        Divide(denominator, places, output);
    }

    /// <summary>The greatest score and the greatest value scale among positions <c>[start, end)</c>.</summary>
    private (int Score, int ValueScale) TileMaxima(int keyHead, long start, long end, long scale)
    {
        var (score, valueScale) = (int.MinValue, 1);
        for (var position = start; position < end; position++)
        {
            score = Math.Max(score, Score(keyHead, position, scale));
            valueScale = Math.Max(valueScale, _values.Lanes[Row(_values, keyHead, position)]);
        }

        return (score, valueScale);
    }

    /// <summary>The sum of the weights of positions <c>[start, end)</c>; the weighted values are left in <see cref="_tileSums"/>.</summary>
    private long TileSums(int keyHead, long start, long end, long scale, int greatest, int places)
    {
        var denominator = 0L;
        Array.Clear(_tileSums);
        for (var position = start; position < end; position++)
        {
            var distance = (long)greatest - Score(keyHead, position, scale);
            long p = Exp2.Negative(distance, QuantizedAttention.ScoreFraction, QuantizedAttention.ProbabilityFraction);
            denominator += p;
            var row = Row(_values, keyHead, position);
            var weight = (int)Shift(p * ((long)_values.Lanes[row] << places), QuantizedAttention.ProbabilityFraction);
            var codes = _values.Codes.AsSpan(row * op.ValueWidth, op.ValueWidth);
            for (var i = 0; i < codes.Length; i++)
            {
                _tileSums[i] += weight * codes[i];
            }
        }

        return denominator;
    }

    private int Score(int keyHead, long position, long scale)
    {
        var row = Row(_keys, keyHead, position);
        var dot = IntegerDot.Of(_queryCodes, _keys.Codes.AsSpan(row * op.HeadWidth, op.HeadWidth));
        return Saturate32(Shift(Shift(dot * _keys.Lanes[row], op.DotShift) * scale, op.ScoreShift));
    }

    private void Divide(long denominator, int valuePlaces, Span<int> output)
    {
        var places = BitLength(denominator) - 24;
        var reciprocal = Reciprocal.Of((int)(places >= 0 ? denominator >> places : denominator << -places));
        for (var i = 0; i < output.Length; i++)
        {
            var numerator = Shift(Shift(_sums[i], places), op.NumeratorShift);
            var quotient = Shift(numerator * reciprocal, 31);
            output[i] = Saturate(Shift(quotient * op.ValueMantissa, op.OutputShift + valuePlaces), op.Output.Format.Limit);
        }
    }

    private int Row(StateMemory cache, int keyHead, long position) => ((int)(position % cache.Slots) * op.KeyHeads) + keyHead;
}
