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

    public override long EarliestStart(TimedCommand command, ReadOnlySpan<long> registers, long from)
    {
        if (command.Kind == TimedKind.Synchronize)
        {
            return from;
        }

        if (!command.Keeps(registers))
        {
            Measure(command, registers);
        }

        _touched = command.Touched(registers);
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

    protected override long Begin(in StampedCommand stamps, ReadOnlySpan<long> registers)
    {
        var command = stamps.Command;
        var end = stamps.Start + 1;
        switch (command.Kind)
        {
            case TimedKind.Synchronize:
                return end;
            case TimedKind.ReadOut when !isIdeal:
                end = stamps.Start + command.Cycles;
                // The port is free for the next read-out when the last row has left; what follows is the depth of the scaling.
                _readOutFree = end - ReadOut.Latency;
                break;
            case TimedKind.Product when !isIdeal && !command.Passes!.IsEmpty:
                end = _passes.Run(stamps.Start, command.Passes);
                break;
        }

        _recent.Add((_touched, end));
        return end;
    }

    private void Measure(TimedCommand command, ReadOnlySpan<long> registers)
    {
        var touched = ArrayFootprints.Of(command.Command, registers);
        command.PadLength = touched.Reads.Length + touched.Writes.Length;
        command.SumsLength = touched.Sums.Length;
        if (command.Command is MatMul product)
        {
            command.Passes ??= new();
            command.Passes.Forget(ProductShape.Of(product, registers));
        }
        else
        {
            command.Cycles = ReadOut.Cycles((Drain)command.Command, registers, config, shares);
        }
    }
}
