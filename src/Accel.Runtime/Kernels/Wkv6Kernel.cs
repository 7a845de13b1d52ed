using System.Numerics.Tensors;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>RWKV-6's recurrence: <c>o = r (S + u * k^T v)</c>, <c>S = diag(w) S + k^T v</c>; the state is <c>[key, value]</c>.</summary>
internal sealed class Wkv6Kernel : HeadRecurrenceKernel
{
    private readonly ValueMemory _r;
    private readonly ValueMemory _k;
    private readonly ValueMemory _v;
    private readonly ValueMemory _w;
    private readonly ValueMemory _y;
    private readonly float[] _bonus;
    private readonly int _width;

    public Wkv6Kernel(KernelSite site)
        : base(site)
    {
        (_r, _k, _v, _w, _y) = (site.Operands[0], site.Operands[1], site.Operands[2], site.Operands[3], site.Results[0]);
        _bonus = site.Operands[4].Constant;
        _width = (int)site.Node.Operands[0].Type.Shape.Last.Value;
    }

    protected override void Advance(int head, int row, Span<float> state)
    {
        var r = Slice(_r, row, head, _width);
        var k = Slice(_k, row, head, _width);
        var v = Slice(_v, row, head, _width);
        var w = Slice(_w, row, head, _width);
        var u = _bonus.AsSpan(head * _width, _width);
        var y = Slice(_y, row, head, _width);
        y.Clear();
        var own = 0f;
        for (var key = 0; key < _width; key++)
        {
            var line = state.Slice(key * _width, _width);
            TensorPrimitives.MultiplyAdd(line, r[key], y, y);
            own += r[key] * u[key] * k[key];
            TensorPrimitives.Multiply(line, w[key], line);
            TensorPrimitives.MultiplyAdd(v, k[key], line, line);
        }

        TensorPrimitives.MultiplyAdd(v, own, y, y);
    }
}
