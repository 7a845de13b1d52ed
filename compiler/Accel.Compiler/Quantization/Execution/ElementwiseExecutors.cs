using Accel.Compiler.Quantization.Ops;
using static Accel.Compiler.Quantization.Arithmetic.FixedPoint;

namespace Accel.Compiler.Quantization.Execution;

internal sealed class AddExecutor(QuantizedAdd op, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _left = memory.Lanes(op.Left);
    private readonly int[] _right = memory.Lanes(op.Right);
    private readonly int[] _output = memory.Lanes(op.Output);

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        var limit = op.Output.Format.Limit;
        for (var i = 0; i < tokens.Length * op.Output.Width; i++)
        {
            var sum = Shift(_left[i], op.LeftShift) + (op.Sign * Shift(_right[i], op.RightShift));
            _output[i] = Saturate(Shift(sum, op.OutputShift), limit);
        }
    }
}

internal sealed class MultiplyExecutor(QuantizedMultiply op, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _left = memory.Lanes(op.Left);
    private readonly int[] _right = memory.Lanes(op.Right);
    private readonly int[] _output = memory.Lanes(op.Output);

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        var limit = op.Output.Format.Limit;
        for (var i = 0; i < tokens.Length * op.Output.Width; i++)
        {
            _output[i] = Saturate(Shift((long)_left[i] * _right[i], op.OutputShift), limit);
        }
    }
}

internal sealed class SliceExecutor(QuantizedSlice op, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _input = memory.Lanes(op.Input);
    private readonly int[] _output = memory.Lanes(op.Output);

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        var limit = op.Output.Format.Limit;
        for (var t = 0; t < tokens.Length; t++)
        {
            for (var i = 0; i < op.Output.Width; i++)
            {
                _output[(t * op.Output.Width) + i] = Saturate(Shift(_input[(t * op.Input.Width) + op.Start + i], op.OutputShift), limit);
            }
        }
    }
}

internal sealed class TableExecutor(QuantizedTable op, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _input = memory.Lanes(op.Input);
    private readonly int[] _output = memory.Lanes(op.Output);

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        var limit = op.Output.Format.Limit;
        for (var i = 0; i < tokens.Length * op.Output.Width; i++)
        {
            var x = _input[i];
            var y = op.Use switch
            {
                TableUse.Value => op.Table[x],
                TableUse.Gate => (long)x * op.Table[x],
                _ => ((long)Math.Max(x, 0) << op.ArgumentShift) + op.Table[Math.Abs(x)],
            };
            _output[i] = Saturate(Shift(y, op.OutputShift), limit);
        }
    }
}

/// <summary>Rotates pairs by the ROM's row of each position.</summary>
internal sealed class RopeExecutor(QuantizedRope op, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _input = memory.Lanes(op.Input);
    private readonly int[] _output = memory.Lanes(op.Output);
    private readonly int[] _cosines = new int[op.Rotation.Frequencies.Length];
    private readonly int[] _sines = new int[op.Rotation.Frequencies.Length];

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        var width = op.Input.Width;
        for (var t = 0; t < tokens.Length; t++)
        {
            op.FillRom(position + t, _cosines, _sines);
            for (var head = t * width; head < (t + 1) * width; head += op.HeadWidth)
            {
                Rotate(_input.AsSpan(head, op.HeadWidth), _output.AsSpan(head, op.HeadWidth));
            }
        }
    }

    private void Rotate(ReadOnlySpan<int> x, Span<int> y)
    {
        var limit = op.Output.Format.Limit;
        x.CopyTo(y);
        for (var pair = 0; pair < _cosines.Length; pair++)
        {
            var (first, second) = op.Pair(pair);
            var (a, b) = ((long)x[first], (long)x[second]);
            y[first] = Saturate(Shift((a * _cosines[pair]) - (b * _sines[pair]), QuantizedRope.RomFraction), limit);
            y[second] = Saturate(Shift((b * _cosines[pair]) + (a * _sines[pair]), QuantizedRope.RomFraction), limit);
        }
    }
}
