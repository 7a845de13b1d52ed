using System.Numerics.Tensors;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>One number per run of the last axis.</summary>
internal sealed class ReduceKernel(KernelSite site) : Kernel
{
    private readonly ReduceFunction _function = ((Reduce)site.Node.Op).Function;
    private readonly ValueMemory _x = site.Operands[0];
    private readonly ValueMemory _y = site.Results[0];
    private readonly int _width = (int)site.Node.Operands[0].Type.Shape.Last.Value;

    public override void Run(int first, int count, in StepShape step)
    {
        var x = _x.Read(first, count);
        var y = _y.Floats.AsSpan(first * _x.RowElements / _width, x.Length / _width);
        for (var run = 0; run < y.Length; run++)
        {
            y[run] = Reduced(x.Slice(run * _width, _width));
        }
    }

    private float Reduced(ReadOnlySpan<float> x) => _function switch
    {
        ReduceFunction.Sum => TensorPrimitives.Sum(x),
        ReduceFunction.Mean => TensorPrimitives.Sum(x) / x.Length,
        ReduceFunction.Maximum => TensorPrimitives.Max(x),
        ReduceFunction.StandardDeviation => Deviation(x),
        _ => throw new IrException("reduce", "function", "a known function", _function.ToString()),
    };

    private static float Deviation(ReadOnlySpan<float> x)
    {
        var mean = TensorPrimitives.Sum(x) / (double)x.Length;
        var squares = 0.0;
        foreach (var element in x)
        {
            squares += (element - mean) * (element - mean);
        }

        return (float)Math.Sqrt(squares / x.Length);
    }
}
