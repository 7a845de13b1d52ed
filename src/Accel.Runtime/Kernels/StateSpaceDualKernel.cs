using System.Numerics.Tensors;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>Mamba-2's recurrence: <c>S = exp(dt A) S + dt x B^T</c>, <c>y = S C + D x</c>.</summary>
internal sealed class StateSpaceDualKernel : HeadRecurrenceKernel
{
    private readonly ValueMemory _x;
    private readonly ValueMemory _dt;
    private readonly ValueMemory _b;
    private readonly ValueMemory _c;
    private readonly ValueMemory _y;
    private readonly float[] _a;
    private readonly float[] _d;
    private readonly int _headsPerGroup;
    private readonly int _headWidth;
    private readonly int _stateWidth;

    public StateSpaceDualKernel(KernelSite site)
        : base(site)
    {
        (_x, _dt, _b, _c, _y) = (site.Operands[0], site.Operands[1], site.Operands[3], site.Operands[4], site.Results[0]);
        _a = site.Operands[2].Constant;
        _d = site.Operands[5].Constant;
        _headWidth = (int)site.Node.Operands[0].Type.Shape.Last.Value;
        _stateWidth = (int)site.Node.Operands[3].Type.Shape.Last.Value;
        _headsPerGroup = _a.Length / (int)site.Node.Operands[3].Type.Shape.Dims[1].Value;
    }

    protected override void Advance(int head, int row, Span<float> state)
    {
        var x = Slice(_x, row, head, _headWidth);
        var y = Slice(_y, row, head, _headWidth);
        var b = Slice(_b, row, head / _headsPerGroup, _stateWidth);
        var c = Slice(_c, row, head / _headsPerGroup, _stateWidth);
        var dt = _dt.Row(row)[head];
        TensorPrimitives.Multiply(state, MathF.Exp(dt * _a[head]), state);
        for (var i = 0; i < x.Length; i++)
        {
            var line = state.Slice(i * _stateWidth, _stateWidth);
            TensorPrimitives.MultiplyAdd(b, dt * x[i], line, line);
            y[i] = TensorPrimitives.Dot<float>(line, c) + (_d[head] * x[i]);
        }
    }
}
