using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A matmul array: as <see cref="ArrayTimedUnit"/> says.</summary>
internal sealed class StampedArray(UnitId id, int number, int depth, MatMulArrayConfig config, ScratchpadShares shares, bool isIdeal)
    : StampedComputeUnit(id, number, depth)
{
    private readonly PassPipeline _passes = new(config, shares);

    /// <summary>Commands that the next one may overlap, with the end of their own work; in any order.</summary>
    private (ArrayFootprints Touched, long WorkEnd)[] _recent = new (ArrayFootprints, long)[8];
    private int _recentCount;
    private ArrayFootprints _touched;
    private long _readOutFree;

    public override void Measure(Command command, CommandSize size, ReadOnlySpan<long> registers)
    {
        var touched = ArrayFootprints.Of(command, registers);
        (size.PadLength, size.SumsLength) = (touched.Pad.Length, touched.Sums.Length);
        if (command is MatMul product)
        {
            size.Passes ??= new();
            size.Passes.Forget(ProductShape.Of(product, registers));
        }
        else
        {
            size.Cycles = ReadOut.Cycles((Drain)command, registers, config, shares);
        }
    }

    public override long EarliestStart(in ResolvedCommand command, long from)
    {
        _touched = command.Touched;
        var earliest = Math.Max(from, _touched.IsReadOut ? _readOutFree : isIdeal ? 0 : _passes.EarliestLoad);
        for (var i = _recentCount - 1; i >= 0; i--)
        {
            ref readonly var recent = ref _recent[i];
            if (recent.WorkEnd <= from)
            {
                _recent[i] = _recent[--_recentCount];
            }
            else if (recent.WorkEnd > earliest && _touched.Meets(recent.Touched))
            {
                earliest = recent.WorkEnd;
            }
        }

        return earliest;
    }

    public override long Begin(in ResolvedCommand command, long start)
    {
        var end = start + 1;
        if (!isIdeal && command.Kind == TimedKind.ReadOut)
        {
            end = start + command.Size.Cycles;
            // The port is free for the next read-out when the last row has left; what follows is the depth of the scaling.
            _readOutFree = end - ReadOut.Latency;
        }
        else if (!isIdeal && command.Size.Passes is { IsEmpty: false } passes)
        {
            end = _passes.Run(start, passes);
        }

        if (_recentCount == _recent.Length)
        {
            Array.Resize(ref _recent, 2 * _recentCount);
        }

        _recent[_recentCount++] = (_touched, end);
        return end;
    }
}
