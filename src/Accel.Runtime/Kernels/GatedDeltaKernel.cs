using System.Numerics.Tensors;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>The gated delta rule: <c>S = g S</c>, <c>u = beta (v - S^T k)</c>, <c>S = S + k u^T</c>, <c>o = S^T q</c>.</summary>
internal sealed class GatedDeltaKernel : HeadRecurrenceKernel
{
    private readonly ValueMemory _q;
    private readonly ValueMemory _k;
    private readonly ValueMemory _v;
    private readonly ValueMemory _g;
    private readonly ValueMemory _beta;
    private readonly ValueMemory _y;
    private readonly int _keyWidth;
    private readonly int _valueWidth;

    /// <summary>What is written under the key, <c>[H, dv]</c>: each head has its own, whichever thread computes it.</summary>
    private readonly float[] _update;

    public GatedDeltaKernel(KernelSite site)
        : base(site)
    {
        (_q, _k, _v, _g, _beta) = (site.Operands[0], site.Operands[1], site.Operands[2], site.Operands[3], site.Operands[4]);
        _y = site.Results[0];
        _keyWidth = (int)site.Node.Operands[0].Type.Shape.Last.Value;
        _valueWidth = (int)site.Node.Operands[2].Type.Shape.Last.Value;
        _update = new float[_y.RowElements];
    }

    protected override void Advance(int head, int row, Span<float> state)
    {
        var q = Slice(_q, row, head, _keyWidth);
        var k = Slice(_k, row, head, _keyWidth);
        var update = _update.AsSpan(head * _valueWidth, _valueWidth);
        var y = Slice(_y, row, head, _valueWidth);
        TensorPrimitives.Multiply(state, _g.Row(row)[head], state);
        Read(state, k, update);
        TensorPrimitives.Subtract(Slice(_v, row, head, _valueWidth), update, update);
        TensorPrimitives.Multiply(update, _beta.Row(row)[head], update);
        for (var i = 0; i < k.Length; i++)
        {
            var line = state.Slice(i * _valueWidth, _valueWidth);
            TensorPrimitives.MultiplyAdd(update, k[i], line, line);
        }

        Read(state, q, y);
    }

    /// <summary><c>sum = S^T key</c>.</summary>
    private void Read(ReadOnlySpan<float> state, ReadOnlySpan<float> key, Span<float> sum)
    {
        sum.Clear();
        for (var i = 0; i < key.Length; i++)
        {
            TensorPrimitives.MultiplyAdd(state.Slice(i * _valueWidth, _valueWidth), key[i], sum, sum);
        }
    }
}
