using Accel.Compiler.Quantization.Ops;
using static Accel.Compiler.Quantization.Arithmetic.FixedPoint;

namespace Accel.Compiler.Quantization.Execution;

/// <summary>Lanes to codes and scale.</summary>
internal sealed class QuantizeRowsExecutor(QuantizeRows op, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _input = memory.Lanes(op.Input);
    private readonly short[] _codes = memory.Codes(op.Output);
    private readonly int[] _scales = memory.Scales(op.Output);
    private readonly int[] _row = new int[op.Input.Width];

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        var width = op.Input.Width;
        for (var t = 0; t < tokens.Length; t++)
        {
            var x = _input.AsSpan(t * width, width);
            var codes = _codes.AsSpan(t * width, width);
            long p = op.Norm is null ? RowCoder.Encode(x, codes, op.Output.Limit) : Normed(x, codes, op.Norm);
            _scales[t] = Saturate32(Shift(p * op.ScaleMantissa, op.ScaleShift));
        }
    }

    private int Normed(ReadOnlySpan<int> x, Span<short> codes, RowNorm norm)
    {
        var (r, k) = RowCoder.Normalise(x, _row, norm);
        if (norm.Weight is { } weight)
        {
            for (var i = 0; i < _row.Length; i++)
            {
                _row[i] = (int)Shift((long)_row[i] * weight.Values[i], 15);
            }
        }

        var a = RowCoder.Encode(_row, codes, op.Output.Limit);
        if (a == 0)
        {
            return 0;
        }

        var h = Headroom(a);
        return Saturate32(Shift(((long)a << h) * r, h + k + 5));
    }
}

/// <summary>RMS norm of runs of lanes.</summary>
internal sealed class RmsNormExecutor(QuantizedRmsNorm op, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _input = memory.Lanes(op.Input);
    private readonly int[] _output = memory.Lanes(op.Output);
    private readonly int[] _run = new int[op.RunLength];
    private readonly int[] _weight = op.Norm.Weight!.Values;

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        var width = op.Input.Width;
        var limit = op.Output.Format.Limit;
        for (var start = 0; start < tokens.Length * width; start += op.RunLength)
        {
            var (r, k) = RowCoder.Normalise(_input.AsSpan(start, op.RunLength), _run, op.Norm);
            var column = start % width % _weight.Length;
            for (var i = 0; i < _run.Length; i++)
            {
                var u = Shift((long)_run[i] * r, 11 + k);
                _output[start + i] = Saturate(Shift(u * _weight[column + i], op.OutputShift), limit);
            }
        }
    }
}
