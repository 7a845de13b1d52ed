using System.Numerics.Tensors;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>RWKV-7's recurrence: <c>S = S diag(w) + (S a) b^T + v k^T</c>, <c>o = S r</c>; the state is <c>[value, key]</c>.</summary>
internal sealed class Wkv7Kernel : HeadRecurrenceKernel
{
    private readonly ValueMemory _r;
    private readonly ValueMemory _w;
    private readonly ValueMemory _k;
    private readonly ValueMemory _v;
    private readonly ValueMemory _a;
    private readonly ValueMemory _b;
    private readonly ValueMemory _y;
    private readonly int _width;

    public Wkv7Kernel(KernelSite site)
        : base(site)
    {
        (_r, _w, _k) = (site.Operands[0], site.Operands[1], site.Operands[2]);
        (_v, _a, _b) = (site.Operands[3], site.Operands[4], site.Operands[5]);
        _y = site.Results[0];
        _width = (int)site.Node.Operands[0].Type.Shape.Last.Value;
    }

    protected override void Advance(int head, int row, Span<float> state)
    {
        var r = Slice(_r, row, head, _width);
        var w = Slice(_w, row, head, _width);
        var k = Slice(_k, row, head, _width);
        var v = Slice(_v, row, head, _width);
        var a = Slice(_a, row, head, _width);
        var b = Slice(_b, row, head, _width);
        var y = Slice(_y, row, head, _width);
        for (var value = 0; value < _width; value++)
        {
            var line = state.Slice(value * _width, _width);
            var removed = TensorPrimitives.Dot<float>(line, a);
            TensorPrimitives.Multiply(line, w, line);
            TensorPrimitives.MultiplyAdd(b, removed, line, line);
            TensorPrimitives.MultiplyAdd(k, v[value], line, line);
            y[value] = TensorPrimitives.Dot<float>(line, r);
        }
    }
}
