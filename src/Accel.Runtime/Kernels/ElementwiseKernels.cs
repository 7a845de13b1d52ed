using System.Numerics.Tensors;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>A kernel whose one result has the shape of its first operand and is computed row range by row range.</summary>
internal abstract class MapKernel(KernelSite site) : Kernel
{
    private readonly ValueMemory _x = site.Operands[0];
    private readonly ValueMemory _y = site.Results[0];

    public sealed override void Run(int first, int count, in StepShape step) =>
        Map(_x.Read(first, count), _y.Rows(first, count));

    protected abstract void Map(ReadOnlySpan<float> x, Span<float> y);
}

internal sealed class UnaryKernel(KernelSite site) : MapKernel(site)
{
    private readonly UnaryFunction _function = ((Unary)site.Node.Op).Function;

    protected override void Map(ReadOnlySpan<float> x, Span<float> y)
    {
        switch (_function)
        {
            case UnaryFunction.Negate:
                TensorPrimitives.Negate(x, y);
                break;
            case UnaryFunction.Exp:
                TensorPrimitives.Exp(x, y);
                break;
            case UnaryFunction.Log:
                TensorPrimitives.Log(x, y);
                break;
            case UnaryFunction.Sqrt:
                TensorPrimitives.Sqrt(x, y);
                break;
            case UnaryFunction.ReciprocalSqrt:
                TensorPrimitives.ReciprocalSqrt(x, y);
                break;
            case UnaryFunction.Reciprocal:
                TensorPrimitives.Reciprocal(x, y);
                break;
            case UnaryFunction.Square:
                TensorPrimitives.Multiply(x, x, y);
                break;
            case UnaryFunction.Relu:
                TensorPrimitives.Max(x, 0, y);
                break;
            case UnaryFunction.Sigmoid:
                TensorPrimitives.Sigmoid(x, y);
                break;
            case UnaryFunction.Tanh:
                TensorPrimitives.Tanh(x, y);
                break;
            case UnaryFunction.Silu:
                Activations.Silu(x, y);
                break;
            case UnaryFunction.GeluTanh:
                Activations.GeluTanh(x, y);
                break;
            case UnaryFunction.GeluErf:
                Activations.GeluErf(x, y);
                break;
            case UnaryFunction.Softplus:
                Activations.Softplus(x, y);
                break;
            default:
                throw new IrException("unary", "function", "a known function", _function.ToString());
        }
    }
}

internal sealed class AffineKernel(KernelSite site) : MapKernel(site)
{
    private readonly float _scale = (float)((Affine)site.Node.Op).Scale;
    private readonly float _offset = (float)((Affine)site.Node.Op).Offset;

    protected override void Map(ReadOnlySpan<float> x, Span<float> y)
    {
        TensorPrimitives.Multiply(x, _scale, y);
        if (_offset != 0)
        {
            TensorPrimitives.Add(y, _offset, y);
        }
    }
}
