using System.Runtime.InteropServices;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Sim.Kernel;

namespace Accel.Sim.Blocks;

/// <summary>A matmul array: products of codes into 64-bit sums, and the read-out that scales them.</summary>
internal sealed class MatMulArray(MachineMemory memory)
{
    /// <summary>Inputs whose products with 16-bit codes fit a 32-bit partial sum; then it is scaled and added to the 64-bit sum.</summary>
    private const int DepthPerFlush = 256;

    private readonly Buffer<short> _activations = new();
    private readonly Buffer<short> _weights = new();
    private readonly Buffer<int> _partials = new();
    private readonly Buffer<long> _row = new();
    private readonly Buffer<long> _bias = new();

    public void Execute(MatMul command, ReadOnlySpan<long> registers)
    {
        var activations = command.Activations.Resolve(registers);
        var outputs = command.Outputs.Resolve(registers);
        var (rows, depth) = (activations.RowCount, activations.Columns);
        OperandRules.Demand(outputs is >= 0 and <= int.MaxValue, "the outputs are a number of 31 bits");
        if (rows == 0 || outputs == 0)
        {
            return;
        }

        // The activations lie in the scratchpad, each once; so do the weights' rows.
        OperandRules.Demand(
            activations.Type is LaneType.I8 or LaneType.I16 && (depth <= 1 || activations.ColumnStride == activations.Type.ByteSize()),
            "activations are rows of contiguous I8 or I16");
        OperandRules.Demand(rows * (Int128)depth <= memory.Scratchpad.Length, "no more activations than the scratchpad holds");
        OperandRules.Demand(command.AccumulatorStride >= outputs || rows == 1, "rows of sums do not overlap");
        var codes = _activations.Take(rows * depth);
        for (var row = 0; row < rows; row++)
        {
            var format = activations.Type == LaneType.I8 ? CodeFormat.Int8 : CodeFormat.Int16;
            PackedCodes.Unpack(format, memory.Scratchpad.AsSpan((int)activations.RowAddress(row)), codes.Slice((int)(row * depth), (int)depth));
        }

        var first = (int)command.Accumulator.Resolve(registers);
        var sums = memory.Accumulators(command.Array);
        if (!command.Accumulate)
        {
            for (var row = 0L; row < rows; row++)
            {
                sums.AsSpan((int)(first + (row * command.AccumulatorStride)), (int)outputs).Clear();
            }
        }

        if (command.Weights.Layout == MatrixLayout.OutputMajor)
        {
            ByOutputs(command, registers, codes, (int)rows, (int)depth, (int)outputs, sums, first);
        }
        else
        {
            ByInputs(command, registers, codes, (int)rows, (int)depth, (int)outputs, sums, first);
        }
    }

    public void Execute(Drain command, ReadOnlySpan<long> registers)
    {
        var destination = command.Destination.Resolve(registers);
        OperandRules.DemandWritable(destination);
        if (destination.IsEmpty)
        {
            return;
        }

        var first = command.Accumulator.Resolve(registers);
        var sums = memory.Accumulators(command.Array);
        var row = _row.Take(destination.Columns);
        var bias = _bias.Take(destination.Columns);
        bias.Clear();
        if (command.Bias is not null)
        {
            var view = command.Bias.Resolve(registers);
            OperandRules.Demand(view.RowCount == 1 && view.Columns == destination.Columns, "one bias per column");
            memory.ReadRow(view, 0, bias);
        }

        var scales = command.Scale?.Resolve(registers);
        OperandRules.Demand(scales is not { } shape || (shape.RowCount == destination.RowCount && shape.Columns == 1), "one scale per row");
        Span<long> scale = stackalloc long[1];
        var limit = command.Limit == 0 ? long.MaxValue : command.Limit;
        for (var m = 0L; m < destination.RowCount; m++)
        {
            var line = sums.AsSpan((int)(first + (m * command.AccumulatorStride)), (int)destination.Columns);
            if (scales is { } view)
            {
                memory.ReadRow(view, m, scale);
                for (var n = 0; n < row.Length; n++)
                {
                    var normal = FixedPoint.Saturate32(FixedPoint.Shift(line[n], command.SumShift));
                    row[n] = FixedPoint.Saturate(checked(FixedPoint.Shift(checked(normal * scale[0]), command.OutputShift) + bias[n]), limit);
                }
            }
            else
            {
                for (var n = 0; n < row.Length; n++)
                {
                    row[n] = FixedPoint.Saturate(checked(FixedPoint.Shift(line[n], command.SumShift) + bias[n]), limit);
                }
            }

            memory.WriteRow(destination, m, row);
        }
    }

    /// <summary>Each output's codes lie together: one dot product per group.</summary>
    private void ByOutputs(
        MatMul command, ReadOnlySpan<long> registers, ReadOnlySpan<short> codes, int rows, int depth, int outputs, Span<long> sums, int first)
    {
        var weights = command.Weights;
        var address = weights.Address.Resolve(registers);
        var (mantissas, group) = (command.Mantissas, (int)Math.Min(command.Mantissas?.GroupSize ?? depth, depth));
        var mantissaAddress = mantissas?.Address.Resolve(registers) ?? 0;
        var isWide = weights.Format == CodeFormat.Int16;
        var line = _weights.Take(depth);
        for (var n = 0; n < outputs; n++)
        {
            PackedCodes.Unpack(weights.Format, memory.Scratchpad.AsSpan((int)(address + (n * weights.Stride))), line);
            var factors = Factors(mantissas, mantissaAddress, n, depth, group);
            for (var m = 0; m < rows; m++)
            {
                var activations = codes.Slice(m * depth, depth);
                var sum = 0L;
                for (var (start, g) = (0, 0); start < depth; start += group, g++)
                {
                    var length = Math.Min(group, depth - start);
                    var a = activations.Slice(start, length);
                    var b = line.Slice(start, length);
                    var dot = isWide ? IntegerDot.Wide(a, b) : IntegerDot.Narrow(a, b);
                    sum += factors.IsEmpty ? dot : dot * factors[g];
                }

                ref var into = ref sums[(int)(first + (m * command.AccumulatorStride) + n)];
                into = checked(into + sum);
            }
        }
    }

    /// <summary>Each input's codes lie together: rows of weights are added up, a group or <see cref="DepthPerFlush"/> inputs at a time.</summary>
    private void ByInputs(
        MatMul command, ReadOnlySpan<long> registers, ReadOnlySpan<short> codes, int rows, int depth, int outputs, Span<long> sums, int first)
    {
        var weights = command.Weights;
        var address = weights.Address.Resolve(registers);
        var (mantissas, group) = (command.Mantissas, (int)Math.Min(command.Mantissas?.GroupSize ?? depth, depth));
        var mantissaAddress = mantissas?.Address.Resolve(registers) ?? 0;
        // One product of two 16-bit codes fills a partial sum.
        var flush = weights.Format == CodeFormat.Int16 ? 1 : DepthPerFlush;
        var partials = _partials.Take((long)rows * outputs);
        var line = _weights.Take(outputs);
        partials.Clear();
        var since = 0;
        for (var k = 0; k < depth; k++)
        {
            PackedCodes.Unpack(weights.Format, memory.Scratchpad.AsSpan((int)(address + (k * weights.Stride))), line);
            for (var m = 0; m < rows; m++)
            {
                IntegerDot.AddScaled(partials.Slice(m * outputs, outputs), codes[(m * depth) + k], line);
            }

            if (++since < flush && k + 1 < depth && (k + 1) % group != 0)
            {
                continue;
            }

            since = 0;
            var g = k / group;
            for (var n = 0; n < outputs; n++)
            {
                var factors = Factors(mantissas, mantissaAddress, n, depth, group);
                var factor = factors.IsEmpty ? 1 : factors[g];
                for (var m = 0; m < rows; m++)
                {
                    ref var into = ref sums[(int)(first + (m * command.AccumulatorStride) + n)];
                    into = checked(into + ((long)partials[(m * outputs) + n] * factor));
                }
            }

            partials.Clear();
        }
    }

    private ReadOnlySpan<ushort> Factors(Mantissas? mantissas, long address, int output, int depth, int group)
    {
        if (mantissas is null || depth == 0)
        {
            return default;
        }

        var groups = (depth + group - 1) / group;
        return MemoryMarshal.Cast<byte, ushort>(memory.Scratchpad.AsSpan((int)(address + (output * mantissas.Stride)), 2 * groups));
    }
}
