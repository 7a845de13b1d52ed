using System.Numerics.Tensors;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary><c>x / sqrt(mean(x^2) + eps) * w</c> over each run of the last axis.</summary>
internal sealed class RmsNormKernel : Kernel
{
    private readonly ValueMemory _x;
    private readonly ValueMemory _y;
    private readonly float[]? _weight;
    private readonly int _width;
    private readonly double _epsilon;

    public RmsNormKernel(KernelSite site)
    {
        var op = (RmsNorm)site.Node.Op;
        (_x, _y) = (site.Operands[0], site.Results[0]);
        _width = (int)site.Node.Operands[0].Type.Shape.Last.Value;
        _epsilon = op.Epsilon;
        if (op.Weighted)
        {
            _weight = [.. site.Operands[1].Constant.Select(w => op.UnitOffset ? 1 + w : w)];
        }
    }

    public override void Run(int first, int count, in StepShape step)
    {
        var x = _x.Read(first, count);
        var y = _y.Rows(first, count);
        var weightAt = 0;
        for (var at = 0; at < x.Length; at += _width)
        {
            var run = x.Slice(at, _width);
            var scale = (float)(1 / Math.Sqrt((TensorPrimitives.SumOfSquares<float>(run) / (double)_width) + _epsilon));
            var target = y.Slice(at, _width);
            TensorPrimitives.Multiply(run, scale, target);
            if (_weight is not null)
            {
                TensorPrimitives.Multiply(target, _weight.AsSpan(weightAt, _width), target);
                weightAt = (weightAt + _width) % _weight.Length;
            }
        }
    }
}
