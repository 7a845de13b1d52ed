using System.Numerics;
using Accel.Core.Diagnostics;
using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Units;

/// <summary>
/// Cycles of a vector command: the elements that go through the lanes, no faster than the unit's share of the scratchpad moves their
/// bytes, and the depth of the pipeline. Commands of one unit do not overlap.
/// </summary>
/// <remarks>
/// Lane by lane commands fill the lanes across rows. Commands that work on whole rows take each row by itself, in whole widths of the
/// lanes; rows follow each other in the pipeline.
/// </remarks>
internal sealed class VectorTiming(VectorUnitConfig config, ScratchpadShares shares)
{
    /// <summary>From operands to result of one operation: read, multiply, shift, add, saturate, write.</summary>
    public const int LaneLatency = 6;

    /// <summary>Of a function or table: a second multiplication and the read of the samples more.</summary>
    public const int FunctionLatency = 12;

    /// <summary>Of an adder or comparator tree over the lanes.</summary>
    private int TreeLatency => BitOperations.Log2((uint)config.Lanes) + 1;

    public long Cycles(VectorCommand command, ReadOnlySpan<long> registers)
    {
        switch (command)
        {
            case Elementwise c:
            {
                var lanes = c.Destination.Resolve(registers);
                var bytes = Bytes(lanes) + Bytes(c.Left, registers) + Bytes(c.Right, registers) + Bytes(c.Addend, registers) + Bytes(c.ShiftBy, registers);
                return ByLane(lanes, 1, bytes, LaneLatency);
            }

            case Apply c:
                return ByLane(c.Destination.Resolve(registers), 1, Both(c.Source, c.Destination, registers), FunctionLatency);
            case Lookup c:
            {
                // Two neighbouring samples per lane, each from its own place.
                var lanes = c.Destination.Resolve(registers);
                return ByLane(lanes, 1, Both(c.Source, c.Destination, registers) + (8 * lanes.RowCount * lanes.Columns), FunctionLatency);
            }

            case Mask c:
                return ByLane(c.Target.Resolve(registers), 1, Bytes(c.Target.Resolve(registers)), LaneLatency);
            case Dequantize c:
            {
                var lanes = c.Destination.Resolve(registers);
                var groups = c.Mantissas is { } mantissas ? (lanes.Columns + mantissas.GroupSize - 1) / mantissas.GroupSize : 0;
                return ByLane(lanes, 1, Bytes(lanes) + (lanes.RowCount * (c.Codes.Format.RowBytes(lanes.Columns) + (2 * groups))), LaneLatency);
            }

            case Rotate c:
            {
                var bytes = Both(c.Source, c.Destination, registers) + Bytes(c.Cosines.Resolve(registers)) + Bytes(c.Sines.Resolve(registers));
                return ByLane(c.Destination.Resolve(registers), 2, bytes, LaneLatency);
            }

            case Reduce c:
                return ByRow(c.Source.Resolve(registers), 1, Both(c.Source, c.Destination, registers), LaneLatency + TreeLatency);
            case QuantizeRows c:
            {
                // Greatest magnitude, sum of squares if there is a norm, codes; a tree and a reciprocal between one and the next.
                var source = c.Source.Resolve(registers);
                var passes = c.Norm is null ? 2 : 3;
                var bytes = (passes * Bytes(source)) + Bytes(c.Codes.Resolve(registers)) + Bytes(c.Scale.Resolve(registers)) + NormBytes(c.Norm, registers);
                return ByRow(source, passes, bytes, passes * (FunctionLatency + TreeLatency));
            }

            case NormalizeRows c:
            {
                var source = c.Source.Resolve(registers);
                var bytes = (3 * Bytes(source)) + Bytes(c.Destination.Resolve(registers)) + NormBytes(c.Norm, registers);
                return ByRow(source, 3, bytes, 3 * (FunctionLatency + TreeLatency));
            }

            case Convolve c:
            {
                var bytes = (c.TapCount * Bytes(c.Destination.Resolve(registers))) + Bytes(c.Taps.Resolve(registers)) + Bytes(c.Bias, registers);
                return ByRow(c.Destination.Resolve(registers), c.TapCount, bytes, LaneLatency);
            }

            case Scan c:
            {
                // Each row waits for the state that the one before it leaves.
                var lanes = c.Destination.Resolve(registers);
                var bytes = Both(c.Decay, c.Destination, registers) + Bytes(c.Input.Resolve(registers)) + Bytes(c.Gate, registers)
                    + (2 * Bytes(c.State.Resolve(registers)));
                return Math.Max(lanes.RowCount * Math.Max(2 * Widths(lanes.Columns), LaneLatency), Moved(bytes)) + LaneLatency;
            }

            default:
                throw new InputException("program", command.Mnemonic, "a command whose time is known", "one without");
        }
    }

    private long ByLane(in ResolvedView lanes, int operations, long bytes, int latency) =>
        Math.Max(operations * Widths(lanes.RowCount * lanes.Columns), Moved(bytes)) + latency;

    private long ByRow(in ResolvedView rows, int passes, long bytes, int latency) =>
        Math.Max(rows.RowCount * passes * Widths(rows.Columns), Moved(bytes)) + latency;

    private long Widths(long elements) => (elements + config.Lanes - 1) / config.Lanes;

    private long Moved(long bytes) => (bytes + shares.Vector - 1) / shares.Vector;

    private long Both(View source, View destination, ReadOnlySpan<long> registers) =>
        Bytes(source.Resolve(registers)) + Bytes(destination.Resolve(registers));

    private long NormBytes(NormConstants? norm, ReadOnlySpan<long> registers) => norm?.Weight is { } weight ? Bytes(weight.Resolve(registers)) : 0;

    private long Bytes(Operand operand, ReadOnlySpan<long> registers) => operand.View is { } view ? Bytes(view.Resolve(registers)) : 0;

    /// <summary>Bytes that the ports move for a view: what is repeated is read once, what does not lie together takes a port per element.</summary>
    private long Bytes(in ResolvedView view)
    {
        var size = view.Type.ByteSize();
        var rows = (view.PlaneStride == 0 ? Math.Min(1, view.Planes) : view.Planes) * (view.RowStride == 0 ? Math.Min(1, view.Rows) : view.Rows);
        var columns = view.ColumnStride == 0 ? Math.Min(1, view.Columns) : view.Columns;
        var together = view.ColumnStride == size || view.ColumnStride == 0 || columns <= 1;
        return rows * columns * (together ? size : shares.PortBytes);
    }
}
