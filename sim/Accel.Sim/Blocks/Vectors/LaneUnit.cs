using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Sim.Kernel;

namespace Accel.Sim.Blocks.Vectors;

/// <summary>Commands that treat each lane by itself: arithmetic, functions, tables, masks.</summary>
internal sealed class LaneUnit(MachineMemory memory)
{
    private readonly Buffer<long> _left = new();
    private readonly Buffer<long> _right = new();
    private readonly Buffer<long> _shift = new();
    private readonly Buffer<long> _addend = new();
    private readonly Buffer<long> _table = new();

    public void Execute(Elementwise command, ReadOnlySpan<long> registers)
    {
        var result = command.Destination.Resolve(registers);
        OperandRules.DemandWritable(result);
        if (result.IsEmpty)
        {
            return;
        }

        var left = Prepare(command.Left, registers, result, _left);
        var right = Prepare(command.Right, registers, result, _right);
        var shiftBy = Prepare(command.ShiftBy, registers, result, _shift);
        var addend = Prepare(command.Addend, registers, result, _addend);
        var limit = command.Limit == 0 ? long.MaxValue : command.Limit;
        for (var row = 0L; row < result.RowCount; row++)
        {
            var a = Fetch(left, result, row, _left);
            if (left is null)
            {
                // The row before left its results here.
                a.Fill(command.Left.Constant);
            }

            var b = Fetch(right, result, row, _right);
            Combine(command, a, b);
            ShiftRow(command, a, Fetch(shiftBy, result, row, _shift), shiftBy is null or { Columns: 1 });
            var c = Fetch(addend, result, row, _addend);
            for (var i = 0; i < a.Length; i++)
            {
                a[i] = FixedPoint.Saturate(checked(a[i] + c[i]), limit);
            }

            memory.WriteRow(result, row, a);
        }
    }

    public void Execute(Apply command, ReadOnlySpan<long> registers)
    {
        var (source, result) = (command.Source.Resolve(registers), command.Destination.Resolve(registers));
        OperandRules.DemandWritable(result);
        OperandRules.DemandSameShape(source, result, "source and destination");
        var lanes = _left.Take(result.Columns);
        for (var row = 0L; row < result.RowCount; row++)
        {
            memory.ReadRow(source, row, lanes);
            for (var i = 0; i < lanes.Length; i++)
            {
                lanes[i] = command.Function switch
                {
                    UnaryFunction.Exp2Negative => FunctionRom.Exp2Negative(lanes[i], command.ArgumentFraction, command.ResultFraction),
                    UnaryFunction.Reciprocal => FunctionRom.Reciprocal(lanes[i]),
                    UnaryFunction.ReciprocalSquareRoot => FunctionRom.ReciprocalSquareRoot(lanes[i]),
                    UnaryFunction.SquareRoot => FunctionRom.SquareRoot(lanes[i]),
                    UnaryFunction.Headroom => FixedPoint.Headroom(lanes[i]),
                    _ => FixedPoint.BitLength(lanes[i]),
                };
            }

            memory.WriteRow(result, row, lanes);
        }
    }

    public void Execute(Lookup command, ReadOnlySpan<long> registers)
    {
        var (source, result) = (command.Source.Resolve(registers), command.Destination.Resolve(registers));
        OperandRules.DemandWritable(result);
        OperandRules.DemandSameShape(source, result, "source and destination");
        var samples = _table.Take(command.Segments + 1);
        memory.ReadRow(new(LaneType.I32, command.Table.Resolve(registers), 1, 1, command.Segments + 1, 0, 0, 4), 0, samples);
        var lanes = _left.Take(result.Columns);
        var limit = command.Limit == 0 ? long.MaxValue : command.Limit;
        for (var row = 0L; row < result.RowCount; row++)
        {
            memory.ReadRow(source, row, lanes);
            for (var i = 0; i < lanes.Length; i++)
            {
                var x = lanes[i];
                var value = command.Use switch
                {
                    TableUse.Value => Interpolate(command, samples, x),
                    TableUse.Gate => checked(x * Interpolate(command, samples, x)),
                    _ => checked(FixedPoint.ShiftLeft(Math.Max(x, 0), command.ArgumentShift) + Interpolate(command, samples, Math.Abs(x))),
                };
                lanes[i] = FixedPoint.Saturate(FixedPoint.Shift(value, command.Shift), limit);
            }

            memory.WriteRow(result, row, lanes);
        }
    }

    public void Execute(Mask command, ReadOnlySpan<long> registers)
    {
        var target = command.Target.Resolve(registers);
        OperandRules.DemandWritable(target);
        var firstQuery = command.FirstQuery.Resolve(registers);
        var firstKey = command.FirstKey.Resolve(registers);
        var lastKey = command.LastKey.Resolve(registers);
        var lanes = _left.Take(target.Columns);
        for (var row = 0L; row < target.RowCount; row++)
        {
            var query = firstQuery + (command.QueriesAlongPlanes ? row / target.Rows : row % target.Rows);
            memory.ReadRow(target, row, lanes);
            for (var i = 0; i < lanes.Length; i++)
            {
                var key = KeyPosition(firstKey + i, lastKey, command.RingSlots);
                if (key < 0 || key > query || (command.Window > 0 && key <= query - command.Window))
                {
                    lanes[i] = command.Fill;
                }
            }

            memory.WriteRow(target, row, lanes);
        }
    }

    /// <summary>The position whose key a slot holds: in a ring the latest one up to the last that falls on it.</summary>
    private static long KeyPosition(long slot, long lastKey, long ringSlots)
    {
        if (ringSlots == 0)
        {
            return slot;
        }

        var behind = (lastKey - slot) % ringSlots;
        return lastKey - (behind < 0 ? behind + ringSlots : behind);
    }

    private static long Interpolate(Lookup command, ReadOnlySpan<long> samples, long x)
    {
        var u = Math.Clamp(checked(x - command.Low), 0, (long)command.Segments << command.SegmentShift);
        var i = (int)Math.Min(u >> command.SegmentShift, command.Segments - 1);
        var rest = u - ((long)i << command.SegmentShift);
        return samples[i] + FixedPoint.Shift((samples[i + 1] - samples[i]) * rest, command.SegmentShift);
    }

    private static void Combine(Elementwise command, Span<long> a, ReadOnlySpan<long> b)
    {
        switch (command.Function)
        {
            case LaneFunction.Add:
                for (var i = 0; i < a.Length; i++)
                {
                    a[i] = checked(FixedPoint.ShiftLeft(a[i], command.LeftShift) + FixedPoint.ShiftLeft(b[i], command.RightShift));
                }

                break;
            case LaneFunction.Subtract:
                for (var i = 0; i < a.Length; i++)
                {
                    a[i] = checked(FixedPoint.ShiftLeft(a[i], command.LeftShift) - FixedPoint.ShiftLeft(b[i], command.RightShift));
                }

                break;
            case LaneFunction.Multiply:
                for (var i = 0; i < a.Length; i++)
                {
                    a[i] = checked(a[i] * b[i]);
                }

                break;
            case LaneFunction.Maximum:
                for (var i = 0; i < a.Length; i++)
                {
                    a[i] = Math.Max(a[i], b[i]);
                }

                break;
            case LaneFunction.Minimum:
                for (var i = 0; i < a.Length; i++)
                {
                    a[i] = Math.Min(a[i], b[i]);
                }

                break;
            case LaneFunction.Absolute:
                for (var i = 0; i < a.Length; i++)
                {
                    a[i] = Math.Abs(a[i]);
                }

                break;
        }
    }

    private static void ShiftRow(Elementwise command, Span<long> a, ReadOnlySpan<long> shiftBy, bool isUniform)
    {
        if (isUniform && command.Shift + (command.ShiftSign * shiftBy[0]) == 0)
        {
            return;
        }

        for (var i = 0; i < a.Length; i++)
        {
            var places = checked(command.Shift + (command.ShiftSign * shiftBy[i]));
            a[i] = command.Truncate ? FixedPoint.ShiftFloor(a[i], places) : FixedPoint.Shift(a[i], places);
        }
    }

    /// <summary>Checks a view, or fills the row of a constant once.</summary>
    private static ResolvedView? Prepare(Operand operand, ReadOnlySpan<long> registers, in ResolvedView result, Buffer<long> buffer)
    {
        if (operand.View?.Resolve(registers) is { } view)
        {
            OperandRules.DemandServes(view, result);
            return view;
        }

        buffer.Take(result.Columns).Fill(operand.Constant);
        return null;
    }

    private Span<long> Fetch(in ResolvedView? view, in ResolvedView result, long row, Buffer<long> buffer)
    {
        var lanes = buffer.Take(result.Columns);
        if (view is { } source)
        {
            memory.ReadRow(source, OperandRules.RowFor(source, result, row), lanes);
        }

        return lanes;
    }
}
