using System.Numerics.Tensors;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>One small matrix per head; decoded to <c>[H, o, i]</c> once.</summary>
internal sealed class BlockLinearKernel : Kernel, IParallelWork
{
    private readonly ValueMemory _x;
    private readonly ValueMemory _y;
    private readonly float[] _weight;
    private readonly int _heads;
    private readonly int _input;
    private readonly int _output;
    private readonly WorkerPool _workers;
    private int _first;
    private int _count;

    public BlockLinearKernel(KernelSite site)
    {
        (_x, _y, _workers) = (site.Operands[0], site.Results[0], site.Workers);
        var shape = site.Node.Operands[1].Type.Shape;
        _heads = (int)shape.Dims[0].Value;
        _input = (int)site.Node.Operands[0].Type.Shape.Last.Value;
        _output = (int)site.Node.Result.Type.Shape.Last.Value;
        _weight = ((BlockLinear)site.Node.Op).InputMajor ? Transposed(site.Operands[1].Constant) : site.Operands[1].Constant;
    }

    public override void Run(int first, int count, in StepShape step)
    {
        (_first, _count) = (first, count);
        _workers.For(this, _heads, (long)count * _input * _output);
    }

    public void Execute(int start, int end)
    {
        for (var row = _first; row < _first + _count; row++)
        {
            var x = _x.Row(row);
            var y = _y.Row(row);
            for (var head = start; head < end; head++)
            {
                var slice = x.Slice(head * _input, _input);
                for (var o = 0; o < _output; o++)
                {
                    var output = (head * _output) + o;
                    y[output] = TensorPrimitives.Dot(slice, _weight.AsSpan(output * _input, _input));
                }
            }
        }
    }

    private float[] Transposed(float[] inputMajor)
    {
        var outputMajor = new float[inputMajor.Length];
        for (var head = 0; head < _heads; head++)
        {
            for (var i = 0; i < _input; i++)
            {
                for (var o = 0; o < _output; o++)
                {
                    outputMajor[(((head * _output) + o) * _input) + i] = inputMajor[(((head * _input) + i) * _output) + o];
                }
            }
        }

        return outputMajor;
    }
}
