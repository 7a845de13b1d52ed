using System.Numerics.Tensors;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>Depthwise causal convolution over rows; the state holds the rows before this step, oldest first.</summary>
internal sealed class CausalConvKernel : Kernel
{
    private readonly ValueMemory _x;
    private readonly ValueMemory _state;
    private readonly ValueMemory _y;
    private readonly float[]? _bias;
    private readonly float[][] _taps;
    private readonly int _channels;
    private readonly int _past;

    public CausalConvKernel(KernelSite site)
    {
        _x = site.Operands[0];
        _state = site.Operands[^1];
        _y = site.Results[0];
        _bias = ((CausalConv)site.Node.Op).Bias ? site.Operands[2].Constant : null;
        var weight = site.Operands[1].Constant;
        var width = (int)site.Node.Operands[1].Type.Shape.Last.Value;
        _channels = _x.RowElements;
        _past = width - 1;
        _taps = new float[width][];
        for (var tap = 0; tap < width; tap++)
        {
            var column = _taps[tap] = new float[_channels];
            for (var channel = 0; channel < _channels; channel++)
            {
                column[channel] = weight[(channel * width) + tap];
            }
        }
    }

    public override void Run(int first, int count, in StepShape step)
    {
        for (var row = first; row < first + count; row++)
        {
            var y = _y.Row(row);
            TensorPrimitives.Multiply(_x.Row(row), _taps[_past], y);
            for (var tap = 0; tap < _past; tap++)
            {
                TensorPrimitives.MultiplyAdd(Input(row - _past + tap), _taps[tap], y, y);
            }

            if (_bias is not null)
            {
                TensorPrimitives.Add(y, _bias, y);
            }
        }

        Remember(count);
    }

    /// <summary>An input row; negative rows stand in the state.</summary>
    private Span<float> Input(int row) => row >= 0 ? _x.Row(row) : _state.Floats.AsSpan((row + _past) * _channels, _channels);

    private void Remember(int count)
    {
        for (var slot = 0; slot < _past; slot++)
        {
            Input(count - _past + slot).CopyTo(_state.Floats.AsSpan(slot * _channels, _channels));
        }
    }
}
