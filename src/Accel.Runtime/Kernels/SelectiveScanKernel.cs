using System.Numerics.Tensors;
using Accel.Graph;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>Mamba-1's recurrence, token by token, channels shared among threads.</summary>
internal sealed class SelectiveScanKernel : Kernel, IParallelWork
{
    private readonly ValueMemory _x;
    private readonly ValueMemory _dt;
    private readonly ValueMemory _b;
    private readonly ValueMemory _c;
    private readonly ValueMemory _state;
    private readonly ValueMemory _y;
    private readonly float[] _a;
    private readonly float[] _d;
    private readonly int _stateSize;
    private readonly WorkerPool _workers;
    private int _tokens;

    public SelectiveScanKernel(KernelSite site)
    {
        (_x, _dt, _b, _c, _state) = (site.Operands[0], site.Operands[1], site.Operands[3], site.Operands[4], site.Operands[6]);
        _a = site.Operands[2].Constant;
        _d = site.Operands[5].Constant;
        _y = site.Results[0];
        _stateSize = (int)site.Node.Operands[2].Type.Shape.Last.Value;
        _workers = site.Workers;
    }

    public override void Run(int first, int count, in StepShape step)
    {
        _tokens = count;
        _workers.For(this, _x.RowElements, 16L * count * _stateSize, grain: 16);
    }

    public void Execute(int start, int end)
    {
        var scratch = Scratch.Floats(2 * _stateSize).AsSpan();
        var decay = scratch[.._stateSize];
        var input = scratch.Slice(_stateSize, _stateSize);
        for (var row = 0; row < _tokens; row++)
        {
            var x = _x.Row(row);
            var dt = _dt.Row(row);
            var b = _b.Row(row);
            var c = _c.Row(row);
            var y = _y.Row(row);
            for (var channel = start; channel < end; channel++)
            {
                var h = _state.Floats.AsSpan(channel * _stateSize, _stateSize);
                TensorPrimitives.Multiply(_a.AsSpan(channel * _stateSize, _stateSize), dt[channel], decay);
                TensorPrimitives.Exp(decay, decay);
                TensorPrimitives.Multiply(b, dt[channel] * x[channel], input);
                TensorPrimitives.MultiplyAdd(h, decay, input, h);
                y[channel] = TensorPrimitives.Dot(h, c) + (_d[channel] * x[channel]);
            }
        }
    }
}
