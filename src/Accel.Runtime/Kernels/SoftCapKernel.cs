using System.Numerics.Tensors;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

internal sealed class SoftCapKernel(KernelSite site) : MapKernel(site)
{
    private readonly float _cap = (float)((SoftCap)site.Node.Op).Cap;

    protected override void Map(ReadOnlySpan<float> x, Span<float> y)
    {
        TensorPrimitives.Divide(x, _cap, y);
        TensorPrimitives.Tanh(y, y);
        TensorPrimitives.Multiply(y, _cap, y);
    }
}
