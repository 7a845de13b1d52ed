using System.Numerics.Tensors;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary><c>exp(x - max) / sum</c> over each run of the last axis; a run of minus infinity alone gives zeros.</summary>
internal sealed class SoftmaxKernel(KernelSite site) : LastAxisKernel(site)
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y, int at)
    {
        var max = TensorPrimitives.Max(x);
        if (float.IsNegativeInfinity(max))
        {
            y.Clear();
            return;
        }

        TensorPrimitives.Subtract(x, max, y);
        TensorPrimitives.Exp(y, y);
        TensorPrimitives.Divide(y, TensorPrimitives.Sum<float>(y), y);
    }
}
