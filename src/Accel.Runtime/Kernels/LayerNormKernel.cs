using System.Numerics.Tensors;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary><c>(x - mean) / sqrt(var + eps) * w + b</c> over each run of the last axis; the variance from deviations, in a second pass.</summary>
internal sealed class LayerNormKernel : LastAxisKernel
{
    private readonly double _epsilon;
    private readonly float[]? _weight;
    private readonly float[]? _bias;

    public LayerNormKernel(KernelSite site)
        : base(site)
    {
        var op = (LayerNorm)site.Node.Op;
        _epsilon = op.Epsilon;
        _weight = op.Weighted ? site.Operands[1].Constant : null;
        _bias = op.Bias ? site.Operands[^1].Constant : null;
    }

    protected override void Compute(ReadOnlySpan<float> x, Span<float> y, int at)
    {
        TensorPrimitives.Subtract(x, TensorPrimitives.Sum(x) / x.Length, y);
        var variance = TensorPrimitives.SumOfSquares<float>(y) / (double)x.Length;
        TensorPrimitives.Multiply(y, (float)(1 / Math.Sqrt(variance + _epsilon)), y);
        if (_weight is not null)
        {
            TensorPrimitives.Multiply(y, _weight.AsSpan(at % _weight.Length, y.Length), y);
        }

        if (_bias is not null)
        {
            TensorPrimitives.Add(y, _bias.AsSpan(at % _bias.Length, y.Length), y);
        }
    }
}
