using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>
/// Softmax attention over a cache. A step first writes its keys and values, then each query reads the slots its mask allows; a
/// ring holds a step's tokens beside its window, so that no key is overwritten before its last query.
/// </summary>
/// <remarks>
/// Keys lie <c>[K, h, slot]</c>: scores of consecutive slots are computed side by side, without a horizontal sum per key.
/// Values lie <c>[slot, K, g]</c>. With values shared with the keys, both layouts are kept.
/// </remarks>
internal sealed class AttentionKernel : Kernel, IParallelWork
{
    private readonly Attention _op;
    private readonly ValueMemory _q;
    private readonly ValueMemory _k;
    private readonly ValueMemory _v;
    private readonly ValueMemory _y;
    private readonly float[]? _sinks;
    private readonly AttentionBias? _bias;
    private readonly float[] _keys;
    private readonly float[] _values;
    private readonly int _heads;
    private readonly int _keyHeads;
    private readonly int _width;
    private readonly int _valueWidth;
    private readonly int _slots;
    private readonly WorkerPool _workers;

    /// <summary>The caches of another layer are written by that layer; values that share its keys are kept here beside them.</summary>
    private readonly bool _ownsKeys;
    private readonly bool _ownsValues;
    private int _count;
    private int _keyCount;
    private long _position;

    public AttentionKernel(KernelSite site)
    {
        _op = (Attention)site.Node.Op;
        _workers = site.Workers;
        (_q, _k, _y) = (site.Operands[0], site.Operands[1], site.Results[0]);
        _v = _op.SharedKeyValue > 0 ? _k : site.Operands[2];
        var perCache = _op.SharedKeyValue > 0 ? 1 : 2;
        _heads = (int)site.Node.Operands[0].Type.Shape.Dims[1].Value;
        _keyHeads = (int)site.Node.Operands[1].Type.Shape.Dims[1].Value;
        _width = (int)site.Node.Operands[0].Type.Shape.Last.Value;
        _valueWidth = (int)site.Node.Results[0].Type.Shape.Last.Value;
        if (_op.Cache == CacheUse.None)
        {
            _slots = checked((int)site.Node.Operands[1].Type.Shape.Dims[0].Resolve(new StepShape(site.Limits.Tokens, 0, site.Limits.Capacity)));
            _keys = new float[_slots * _keyHeads * _width];
            _values = new float[_slots * _keyHeads * _valueWidth];
        }
        else
        {
            _keys = site.Operands[2 + perCache].Floats;
            _slots = _keys.Length / (_keyHeads * _width);
            _values = _op.SharedKeyValue > 0 ? new float[_slots * _keyHeads * _valueWidth] : site.Operands[3 + perCache].Floats;
        }

        _ownsKeys = _op.Cache != CacheUse.Read;
        _ownsValues = _ownsKeys || _op.SharedKeyValue > 0;
        var extra = 2 + perCache + (_op.Cache == CacheUse.None ? 0 : perCache);
        _sinks = _op.Sinks ? site.Operands[extra++].Constant : null;
        _bias = AttentionBias.Create(_op, _heads, _op.RelativeBuckets > 0 ? site.Operands[extra].Constant : []);
    }

    public override void Run(int first, int count, in StepShape step)
    {
        _count = count;
        _position = _op.Cache == CacheUse.None ? 0 : step.Position;
        _keyCount = checked((int)_k.Value.Type.Shape.Dims[0].Resolve(step));
        Append();

        _workers.For(this, _heads * count, (_position + count) * (_width + _valueWidth));
    }

    /// <summary>Items are (head, query), head slowest, so that a thread stays with one head's keys.</summary>
    public void Execute(int start, int end)
    {
        var scores = Scratch.Floats(_slots);
        for (var item = start; item < end; item++)
        {
            Attend(item / _count, item % _count, scores);
        }
    }

    private void Append()
    {
        for (var row = 0; row < _keyCount; row++)
        {
            var slot = (int)((_position + row) % _slots);
            var k = _k.Read(row, 1);
            var v = _v.Read(row, 1);
            for (var i = 0; _ownsKeys && i < k.Length; i++)
            {
                _keys[(i * _slots) + slot] = k[i];
            }

            for (var head = 0; _ownsValues && head < _keyHeads; head++)
            {
                v.Slice(head * (v.Length / _keyHeads), _valueWidth).CopyTo(_values.AsSpan(((slot * _keyHeads) + head) * _valueWidth));
            }
        }
    }

    private void Attend(int head, int row, Span<float> scores)
    {
        var query = _position + row;
        var last = _op.Causal ? query : _position + _keyCount - 1;
        var first = _op.Window > 0 ? Math.Max(0, query - _op.Window + 1) : 0;
        var count = (int)(last - first + 1);
        var firstSlot = (int)(first % _slots);
        var untilWrap = Math.Min(count, _slots - firstSlot);
        var keyHead = head / (_heads / _keyHeads);
        var q = _q.Row(row).Slice(head * _width, _width);
        var keys = _keys.AsSpan(keyHead * _width * _slots, _width * _slots);
        Score(q, keys, firstSlot, scores[..untilWrap]);
        Score(q, keys, 0, scores[untilWrap..count]);
        scores = scores[..count];
        TensorPrimitives.Multiply(scores, (float)_op.Scale, scores);
        if (_op.SoftCap > 0)
        {
            TensorPrimitives.Divide(scores, (float)_op.SoftCap, scores);
            TensorPrimitives.Tanh(scores, scores);
            TensorPrimitives.Multiply(scores, (float)_op.SoftCap, scores);
        }

        _bias?.Add(head, first - query, scores);
        var factor = Exponentiate(head, scores);
        var y = _y.Row(row).Slice(head * _valueWidth, _valueWidth);
        y.Clear();
        Gather(keyHead, firstSlot, scores[..untilWrap], y);
        Gather(keyHead, 0, scores[untilWrap..], y);
        TensorPrimitives.Multiply(y, factor, y);
    }

    /// <summary>Turns scores into <c>exp(s - max)</c>; the factor that makes them a softmax.</summary>
    private float Exponentiate(int head, Span<float> scores)
    {
        var max = TensorPrimitives.Max<float>(scores);
        if (_sinks is not null)
        {
            max = MathF.Max(max, _sinks[head]);
        }

        TensorPrimitives.Subtract(scores, max, scores);
        TensorPrimitives.Exp(scores, scores);
        var sum = TensorPrimitives.Sum<float>(scores) + (_sinks is null ? 0 : MathF.Exp(_sinks[head] - max));
        return 1 / sum;
    }

    /// <summary><c>scores[s] = q . keys[:, slot + s]</c> for consecutive slots.</summary>
    private void Score(ReadOnlySpan<float> q, ReadOnlySpan<float> keys, int slot, Span<float> scores)
    {
        ref var origin = ref MemoryMarshal.GetReference(keys);
        var at = 0;
        for (; at <= scores.Length - 64; at += 64)
        {
            var (s0, s1, s2, s3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            var index = (nuint)(slot + at);
            foreach (var component in q)
            {
                var factor = Vector512.Create(component);
                s0 = Vector512.FusedMultiplyAdd(factor, Vector512.LoadUnsafe(ref origin, index), s0);
                s1 = Vector512.FusedMultiplyAdd(factor, Vector512.LoadUnsafe(ref origin, index + 16), s1);
                s2 = Vector512.FusedMultiplyAdd(factor, Vector512.LoadUnsafe(ref origin, index + 32), s2);
                s3 = Vector512.FusedMultiplyAdd(factor, Vector512.LoadUnsafe(ref origin, index + 48), s3);
                index += (nuint)_slots;
            }

            s0.CopyTo(scores[at..]);
            s1.CopyTo(scores[(at + 16)..]);
            s2.CopyTo(scores[(at + 32)..]);
            s3.CopyTo(scores[(at + 48)..]);
        }

        for (; at <= scores.Length - 16; at += 16)
        {
            var sum = Vector512<float>.Zero;
            var index = (nuint)(slot + at);
            foreach (var component in q)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(component), Vector512.LoadUnsafe(ref origin, index), sum);
                index += (nuint)_slots;
            }

            sum.CopyTo(scores[at..]);
        }

        for (; at < scores.Length; at++)
        {
            var sum = 0f;
            for (var i = 0; i < q.Length; i++)
            {
                sum = MathF.FusedMultiplyAdd(q[i], keys[(i * _slots) + slot + at], sum);
            }

            scores[at] = sum;
        }
    }

    /// <summary><c>y += sum_s p[s] * values[slot + s]</c> for consecutive slots.</summary>
    private void Gather(int keyHead, int slot, ReadOnlySpan<float> p, Span<float> y)
    {
        var stride = _keyHeads * _valueWidth;
        var start = (slot * stride) + (keyHead * _valueWidth);
        ref var origin = ref MemoryMarshal.GetArrayDataReference(_values);
        var column = 0;
        for (; column <= y.Length - 16; column += 16)
        {
            var (even, odd) = (Vector512.Create(y[column..]), Vector512<float>.Zero);
            var index = (nuint)(start + column);
            var s = 0;
            for (; s < p.Length - 1; s += 2)
            {
                even = Vector512.FusedMultiplyAdd(Vector512.Create(p[s]), Vector512.LoadUnsafe(ref origin, index), even);
                odd = Vector512.FusedMultiplyAdd(Vector512.Create(p[s + 1]), Vector512.LoadUnsafe(ref origin, index + (nuint)stride), odd);
                index += (nuint)(2 * stride);
            }

            if (s < p.Length)
            {
                even = Vector512.FusedMultiplyAdd(Vector512.Create(p[s]), Vector512.LoadUnsafe(ref origin, index), even);
            }

            (even + odd).CopyTo(y[column..]);
        }

        for (; column <= y.Length - 8; column += 8)
        {
            var (even, odd) = (Vector256.Create(y[column..]), Vector256<float>.Zero);
            var index = (nuint)(start + column);
            var s = 0;
            for (; s < p.Length - 1; s += 2)
            {
                even = Vector256.FusedMultiplyAdd(Vector256.Create(p[s]), Vector256.LoadUnsafe(ref origin, index), even);
                odd = Vector256.FusedMultiplyAdd(Vector256.Create(p[s + 1]), Vector256.LoadUnsafe(ref origin, index + (nuint)stride), odd);
                index += (nuint)(2 * stride);
            }

            if (s < p.Length)
            {
                even = Vector256.FusedMultiplyAdd(Vector256.Create(p[s]), Vector256.LoadUnsafe(ref origin, index), even);
            }

            (even + odd).CopyTo(y[column..]);
        }

        for (; column < y.Length; column++)
        {
            for (var s = 0; s < p.Length; s++)
            {
                y[column] = MathF.FusedMultiplyAdd(p[s], _values[start + column + (s * stride)], y[column]);
            }
        }
    }
}
