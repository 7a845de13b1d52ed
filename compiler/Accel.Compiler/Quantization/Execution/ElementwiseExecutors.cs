using Accel.Compiler.Quantization.Ops;
using static Accel.Compiler.Quantization.Arithmetic.FixedPoint;

namespace Accel.Compiler.Quantization.Execution;

/// <summary>Two values of one width, lane by lane.</summary>
internal abstract class PairExecutor(LaneValue left, LaneValue right, LaneValue output, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _left = memory.Lanes(left);
    private readonly int[] _right = memory.Lanes(right);
    private readonly int[] _output = memory.Lanes(output);

    public sealed override void Run(ReadOnlySpan<int> tokens, long position)
    {
        for (var i = 0; i < tokens.Length * output.Width; i++)
        {
            _output[i] = Saturate(Combine(_left[i], _right[i]), output.Format.Limit);
        }
    }

    protected abstract long Combine(long a, long b);
}

internal sealed class AddExecutor(QuantizedAdd op, InterpreterMemory memory) : PairExecutor(op.Left, op.Right, op.Output, memory)
{
    protected override long Combine(long a, long b) => Shift(Shift(a, op.LeftShift) + (op.Sign * Shift(b, op.RightShift)), op.OutputShift);
}

internal sealed class MultiplyExecutor(QuantizedMultiply op, InterpreterMemory memory) : PairExecutor(op.Left, op.Right, op.Output, memory)
{
    protected override long Combine(long a, long b) => Shift(a * b, op.OutputShift);
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
