using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A matmul array: as <see cref="ArrayTimedUnit"/> says.</summary>
internal sealed class StampedArray(UnitId id, int number, MatMulArrayConfig config, ScratchpadShares shares, bool isIdeal)
    : StampedComputeUnit(id, number)
{
    private readonly PassPipeline _passes = new(config, shares);

    /// <summary>Commands that the next one may overlap, in any order; behind them the one that was last asked about.</summary>
    private Recent[] _recent = new Recent[8];
    private int _recentCount;
    private long _readOutFree;

    private struct Recent
    {
        public ArrayFootprints Touched;

        /// <summary>End of its own work.</summary>
        public long WorkEnd;
    }

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
        for (var i = _recentCount - 1; i >= 0; i--)
        {
            if (_recent[i].WorkEnd <= from)
            {
                _recent[i] = _recent[--_recentCount];
            }
        }

        if (_recentCount == _recent.Length)
        {
            Array.Resize(ref _recent, 2 * _recentCount);
        }

        ref var touched = ref _recent[_recentCount].Touched;
        command.Touch(out touched);
        var earliest = Math.Max(from, touched.IsReadOut ? _readOutFree : isIdeal ? 0 : _passes.EarliestLoad);
        foreach (ref readonly var recent in _recent.AsSpan(0, _recentCount))
        {
            if (recent.WorkEnd > earliest && touched.Meets(recent.Touched))
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

        _recent[_recentCount++].WorkEnd = end;
        return end;
    }
}
