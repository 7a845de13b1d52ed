using Accel.Compiler.Quantization.Ops;
using static Accel.Compiler.Quantization.Arithmetic.FixedPoint;

namespace Accel.Compiler.Quantization.Execution;

/// <summary>Rows of a table.</summary>
internal sealed class EmbeddingExecutor(QuantizedEmbedding op, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _output = memory.Lanes(op.Output);
    private readonly WeightData _table = op.Table.Data;

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        var width = op.Table.Columns;
        for (var t = 0; t < tokens.Length; t++)
        {
            for (var i = 0; i < width; i++)
            {
                long mantissa = _table.Mantissas[(tokens[t] * op.Table.Groups) + (i / op.Table.GroupSize)];
                _output[(t * width) + i] = Saturate(
                    Shift(_table.Codes[((long)tokens[t] * width) + i] * mantissa, op.OutputShift), op.Output.Format.Limit);
            }
        }
    }
}

/// <summary>Matrix products, dense or block-diagonal.</summary>
internal sealed class LinearExecutor(QuantizedLinear op, InterpreterMemory memory) : OpExecutor
{
    private readonly short[] _codes = memory.Codes(op.Input);
    private readonly int[] _scales = memory.Scales(op.Input);
    private readonly int[] _output = memory.Lanes(op.Output);
    private readonly WeightData _weight = op.Weight.Data;
    private readonly int[]? _bias = op.Bias?.Values;

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        var (rows, columns) = (op.Weight.Rows, op.Weight.Columns);
        var rowsPerBlock = rows / op.Blocks;
        for (var t = 0; t < tokens.Length; t++)
        {
            for (var o = 0; o < rows; o++)
            {
                var codes = _codes.AsSpan((t * op.Input.Width) + (o / rowsPerBlock * columns), columns);
                var sum = Saturate32(Shift(Sum(codes, o), op.SumShift));
                _output[(t * rows) + o] = Saturate(Shift((long)sum * _scales[t], op.OutputShift) + (_bias?[o] ?? 0), op.Output.Format.Limit);
            }
        }
    }

    private long Sum(ReadOnlySpan<short> codes, int row)
    {
        var matrix = op.Weight;
        var weights = _weight.Codes.AsSpan(row * matrix.Columns, matrix.Columns);
        var mantissas = _weight.Mantissas.AsSpan(row * matrix.Groups, matrix.Groups);
        var sum = 0L;
        for (var g = 0; g < mantissas.Length; g++)
        {
            var start = g * matrix.GroupSize;
            var length = Math.Min(matrix.GroupSize, matrix.Columns - start);
            sum += mantissas[g] * IntegerDot.Of(codes.Slice(start, length), weights.Slice(start, length));
        }

        return sum;
    }
}
