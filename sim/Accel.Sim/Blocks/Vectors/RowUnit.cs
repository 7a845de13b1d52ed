using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Sim.Kernel;

namespace Accel.Sim.Blocks.Vectors;

/// <summary>Commands that look at whole rows: reductions, norms, rows to codes and back.</summary>
internal sealed class RowUnit(MachineMemory memory)
{
    private const int HalfBits = 20;

    private readonly Buffer<long> _lanes = new();
    private readonly Buffer<long> _weight = new();
    private readonly Buffer<short> _codes = new();
    private readonly long[] _scalar = new long[1];

    public void Execute(Reduce command, ReadOnlySpan<long> registers)
    {
        var (source, result) = (command.Source.Resolve(registers), command.Destination.Resolve(registers));
        OperandRules.DemandWritable(result);
        OperandRules.DemandBounded(source, memory.Scratchpad.Length);
        OperandRules.Demand(result.Columns == 1 && result.RowCount == source.RowCount, "a reduction gives one number per row");
        OperandRules.Demand(source.Columns > 0 || command.Accumulate || command.Function <= ReduceFunction.SumOfSquares, "a maximum of at least one number");
        var lanes = _lanes.Take(source.Columns);
        for (var row = 0L; row < source.RowCount; row++)
        {
            memory.ReadRow(source, row, lanes);
            var reduced = command.Function switch
            {
                ReduceFunction.Sum => Sum(lanes),
                ReduceFunction.SumOfSquares => SumOfSquares(lanes),
                ReduceFunction.Maximum => Maximum(lanes),
                _ => AbsoluteMaximum(lanes),
            };
            if (command.Accumulate)
            {
                memory.ReadRow(result, row, _scalar);
                reduced = command.Function switch
                {
                    ReduceFunction.Maximum => Math.Max(_scalar[0], reduced),
                    ReduceFunction.AbsoluteMaximum => Math.Max(Math.Abs(_scalar[0]), reduced),
                    _ => checked(_scalar[0] + reduced),
                };
            }

            _scalar[0] = reduced;
            memory.WriteRow(result, row, _scalar);
        }
    }

    public void Execute(QuantizeRows command, ReadOnlySpan<long> registers)
    {
        var (source, codes, scale) = (command.Source.Resolve(registers), command.Codes.Resolve(registers), command.Scale.Resolve(registers));
        DemandLanes(source);
        OperandRules.DemandWritable(codes);
        OperandRules.DemandWritable(scale);
        OperandRules.DemandSameShape(source, codes, "lanes and codes");
        OperandRules.Demand(codes.Type is LaneType.I8 or LaneType.I16, "codes are I8 or I16");
        OperandRules.Demand(scale.Columns == 1 && scale.RowCount == source.RowCount, "one scale per row");
        var weight = Weight(command.Norm, registers, source);
        var (limit, extra) = codes.Type == LaneType.I8 ? (127, 0) : (32767, 8);
        var lanes = _lanes.Take(source.Columns);
        for (var row = 0L; row < source.RowCount; row++)
        {
            memory.ReadRow(source, row, lanes);
            var greatest = AbsoluteMaximum(lanes);
            var ratio = greatest;
            if (command.Norm is { } norm)
            {
                var (root, halfExponent) = Normalize(lanes, greatest, norm);
                for (var i = 0; i < weight.Length; i++)
                {
                    lanes[i] = FixedPoint.Shift(lanes[i] * weight[i], 15);
                }

                greatest = AbsoluteMaximum(lanes);
                var headroom = greatest == 0 ? 0 : FixedPoint.Headroom(greatest);
                ratio = FixedPoint.Saturate32(FixedPoint.Shift((greatest << headroom) * root, headroom + halfExponent + 5));
            }

            Code(lanes, greatest, limit, extra);
            memory.WriteRow(codes, row, lanes);
            _scalar[0] = FixedPoint.Saturate32(FixedPoint.Shift(ratio * command.ScaleMantissa, command.ScaleShift));
            memory.WriteRow(scale, row, _scalar);
        }
    }

    public void Execute(NormalizeRows command, ReadOnlySpan<long> registers)
    {
        var (source, result) = (command.Source.Resolve(registers), command.Destination.Resolve(registers));
        DemandLanes(source);
        OperandRules.DemandWritable(result);
        OperandRules.DemandSameShape(source, result, "source and destination");
        OperandRules.Demand(command.Norm.Weight is not null, "a norm as a value has a weight");
        var weight = Weight(command.Norm, registers, source);
        var lanes = _lanes.Take(source.Columns);
        var limit = command.Limit == 0 ? long.MaxValue : command.Limit;
        for (var row = 0L; row < source.RowCount; row++)
        {
            memory.ReadRow(source, row, lanes);
            var (root, halfExponent) = Normalize(lanes, AbsoluteMaximum(lanes), command.Norm);
            for (var i = 0; i < lanes.Length; i++)
            {
                var unit = FixedPoint.Shift(lanes[i] * root, 11 + halfExponent);
                lanes[i] = FixedPoint.Saturate(FixedPoint.Shift(checked(unit * weight[i]), command.OutputShift), limit);
            }

            memory.WriteRow(result, row, lanes);
        }
    }

    public void Execute(Dequantize command, ReadOnlySpan<long> registers)
    {
        var result = command.Destination.Resolve(registers);
        OperandRules.DemandWritable(result);
        OperandRules.Demand(command.Codes.Layout == MatrixLayout.OutputMajor, "rows of codes are rows of lanes");
        var address = command.Codes.Address.Resolve(registers);
        var mantissas = command.Mantissas?.Address.Resolve(registers) ?? 0;
        var codes = _codes.Take(result.Columns);
        var lanes = _lanes.Take(result.Columns);
        var limit = command.Limit == 0 ? long.MaxValue : command.Limit;
        for (var row = 0L; row < result.RowCount; row++)
        {
            PackedCodes.Unpack(command.Codes.Format, memory.Scratchpad.AsSpan((int)(address + (row * command.Codes.Stride))), codes);
            for (var i = 0; i < lanes.Length; i++)
            {
                long factor = 1;
                if (command.Mantissas is { } groups)
                {
                    var place = (int)(mantissas + (row * groups.Stride) + (2 * (i / groups.GroupSize)));
                    factor = BitConverter.ToUInt16(memory.Scratchpad, place);
                }

                lanes[i] = FixedPoint.Saturate(FixedPoint.Shift(codes[i] * factor, command.Shift), limit);
            }

            memory.WriteRow(result, row, lanes);
        }
    }

    /// <summary>Scales a row to 20 bits by a power of two, and finds the reciprocal root of its sum of squares.</summary>
    /// <returns><c>1 / sqrt(sum)</c> is <c>Root * 2^-(35 + HalfExponent)</c>.</returns>
    private static (long Root, int HalfExponent) Normalize(Span<long> lanes, long greatest, NormConstants norm)
    {
        var headroom = Math.Min(FixedPoint.Headroom(Math.Max(greatest, 1)), norm.GreatestHeadroom);
        for (var i = 0; i < lanes.Length; i++)
        {
            lanes[i] = FixedPoint.Shift(lanes[i], 31 - HalfBits - headroom);
        }

        var epsilon = FixedPoint.Shift(norm.EpsilonMantissa, norm.EpsilonShift - (2 * headroom));
        var sum = Math.Max(checked(SumOfSquares(lanes) + epsilon), 1);
        var halfExponent = (FixedPoint.BitLength(sum) - 23) >> 1;
        var mantissa = halfExponent >= 0 ? sum >> (2 * halfExponent) : sum << (-2 * halfExponent);
        return (FunctionRom.ReciprocalSquareRoot(mantissa), halfExponent);
    }

    /// <summary>Divides a row by its absolute maximum: codes up to the limit.</summary>
    /// <param name="extra">8 for codes of 16 bits, so that the factor fits 32 bits.</param>
    private static void Code(Span<long> lanes, long greatest, long limit, int extra)
    {
        if (greatest == 0)
        {
            lanes.Clear();
            return;
        }

        var headroom = FixedPoint.Headroom(greatest);
        var factor = FixedPoint.Shift(FunctionRom.Reciprocal((greatest << headroom) >> 7) * limit, extra);
        for (var i = 0; i < lanes.Length; i++)
        {
            lanes[i] = FixedPoint.Saturate(FixedPoint.Shift(lanes[i] * factor, 54 - headroom - extra), limit);
        }
    }

    private ReadOnlySpan<long> Weight(NormConstants? norm, ReadOnlySpan<long> registers, in ResolvedView source)
    {
        if (norm?.Weight is not { } view)
        {
            return default;
        }

        var resolved = view.Resolve(registers);
        OperandRules.Demand(
            resolved is { RowCount: 1, Type: LaneType.I16 } && resolved.Columns == source.Columns, "a norm's weight is one I16 per column");
        var weight = _weight.Take(source.Columns);
        memory.ReadRow(resolved, 0, weight);
        return weight;
    }

    private static void DemandLanes(in ResolvedView source) => OperandRules.Demand(source.Type is LaneType.I16 or LaneType.I32, "lanes are I16 or I32");

    private static long Sum(ReadOnlySpan<long> lanes)
    {
        var sum = 0L;
        foreach (var x in lanes)
        {
            sum = checked(sum + x);
        }

        return sum;
    }

    private static long SumOfSquares(ReadOnlySpan<long> lanes)
    {
        var sum = 0L;
        foreach (var x in lanes)
        {
            sum = checked(sum + (x * x));
        }

        return sum;
    }

    private static long Maximum(ReadOnlySpan<long> lanes)
    {
        var greatest = long.MinValue;
        foreach (var x in lanes)
        {
            greatest = Math.Max(greatest, x);
        }

        return greatest;
    }

    private static long AbsoluteMaximum(ReadOnlySpan<long> lanes)
    {
        var greatest = 0L;
        foreach (var x in lanes)
        {
            greatest = Math.Max(greatest, Math.Abs(x));
        }

        return greatest;
    }
}
