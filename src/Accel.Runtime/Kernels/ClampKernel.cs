using System.Numerics.Tensors;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

internal sealed class ClampKernel(KernelSite site) : MapKernel(site)
{
    private readonly float _minimum = (float)((Clamp)site.Node.Op).Minimum;
    private readonly float _maximum = (float)((Clamp)site.Node.Op).Maximum;

    protected override void Map(ReadOnlySpan<float> x, Span<float> y)
    {
        TensorPrimitives.Max(x, _minimum, y);
        TensorPrimitives.Min(y, _maximum, y);
    }
}
