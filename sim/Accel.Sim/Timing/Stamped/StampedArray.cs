using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A matmul array: as <see cref="ArrayTimedUnit"/> says.</summary>
internal sealed class StampedArray(UnitId id, int depth, MatMulArrayConfig config, ScratchpadShares shares, bool isIdeal) : StampedUnit(id, depth)
{
    private readonly PassPipeline _passes = new(config, shares);

    /// <summary>Commands that the next one may overlap, with the end of their own work.</summary>
    private readonly List<(ArrayFootprints Touched, long WorkEnd)> _recent = [];
    private ArrayFootprints _touched;
    private long _readOutFree;

    public override int UnderWay => 0;

    public override long EarliestStart(Command command, ReadOnlySpan<long> registers, long from)
    {
        if (command is Synchronize)
        {
            return from;
        }

        _touched = ArrayFootprints.Of(command, registers);
        var earliest = Math.Max(from, _touched.IsDrain ? _readOutFree : isIdeal ? 0 : _passes.EarliestLoad);
        for (var i = _recent.Count - 1; i >= 0; i--)
        {
            var (touched, workEnd) = _recent[i];
            if (workEnd <= from)
            {
                _recent.RemoveAt(i);
            }
            else if (workEnd > earliest && _touched.Meets(touched))
            {
                earliest = workEnd;
            }
        }

        return earliest;
    }

    protected override long Begin(in StampedCommand command, ReadOnlySpan<long> registers)
    {
        var end = command.Start + 1;
        switch (command.Command)
        {
            case Drain when isIdeal:
                break;
            case Drain drain:
                end = command.Start + ReadOut.Cycles(drain, registers, config, shares);
                // The port is free for the next read-out when the last row has left; what follows is the depth of the scaling.
                _readOutFree = end - ReadOut.Latency;
                break;
            case MatMul product when !isIdeal && ProductShape.Of(product, registers) is { IsEmpty: false } shape:
                end = _passes.Run(shape, command.Start);
                break;
            case Synchronize:
                return end;
        }

        _recent.Add((_touched, end));
        return end;
    }
}
