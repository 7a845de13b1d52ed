using System.Numerics.Tensors;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary><c>x / sqrt(sum(x^2) + eps)</c> over each run of the last axis.</summary>
internal sealed class L2NormKernel(KernelSite site) : LastAxisKernel(site)
{
    private readonly double _epsilon = ((L2Norm)site.Node.Op).Epsilon;

    protected override void Compute(ReadOnlySpan<float> x, Span<float> y, int at) =>
        TensorPrimitives.Multiply(x, (float)(1 / Math.Sqrt(TensorPrimitives.SumOfSquares(x) + _epsilon)), y);
}
