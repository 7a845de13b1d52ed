namespace Accel.Sim.Timing.Stamped;

/// <summary>When each DMA channel sends next; of those in one cycle, the channels' order decides.</summary>
internal sealed class SendOrder
{
    private readonly long[] _cycles;

    public SendOrder(int channels)
    {
        _cycles = new long[channels];
        Array.Fill(_cycles, StampedUnit.Never);
    }

    /// <summary>The channel that sends first; any of them if none has anything to send.</summary>
    public int First { get; private set; }

    /// <summary>When; <see cref="StampedUnit.Never"/> if none has anything to send.</summary>
    public long Cycle { get; private set; } = StampedUnit.Never;

    public void Set(int channel, long cycle)
    {
        if (_cycles[channel] == cycle)
        {
            return;
        }

        _cycles[channel] = cycle;
        if (cycle < Cycle || (cycle == Cycle && channel < First))
        {
            (First, Cycle) = (channel, cycle);
        }
        else if (channel == First && cycle > Cycle)
        {
            Find();
        }
    }

    private void Find()
    {
        (First, Cycle) = (0, StampedUnit.Never);
        for (var channel = 0; channel < _cycles.Length; channel++)
        {
            if (_cycles[channel] < Cycle)
            {
                (First, Cycle) = (channel, _cycles[channel]);
            }
        }
    }
}
