using Accel.Dram.Mapping;
using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>The reference engine: walks through every cycle and does what the README says, in its words and order. Slow and plain.</summary>
internal sealed class NaiveChannel : Channel
{
    private readonly NaivePseudoChannel[] _pseudoChannels;

    public NaiveChannel(DramDevice device, ControllerConfig config, AddressMapping mapping, LocalAddressing[] addressing, ChannelLog log)
        : base(device, config, log)
    {
        var buses = new NaiveBuses(device);
        _pseudoChannels = [.. addressing.Select((a, i) => new NaivePseudoChannel(this, i, buses, mapping, a))];
    }

    /// <summary>The pseudo-channel that sent the last command: the others go first.</summary>
    public int LastServed { get; set; } = -1;

    public override bool Drained => _pseudoChannels.All(p => p.Queued == 0) && Inputs.All(i => i.Empty);

    public override int Queued => _pseudoChannels.Sum(p => p.Queued);

    public override long NextEvent => Now;

    public override bool HoldsWrites(int pseudoChannel) => _pseudoChannels[pseudoChannel].HoldsWrites;

    public override bool IsOpen(int pseudoChannel, int rank) => _pseudoChannels[pseudoChannel].IsOpen(rank);

    public override Counters CountersOf(int pseudoChannel) => _pseudoChannels[pseudoChannel].Counters;

    public override bool Offer(int pseudoChannel, long local, bool isWrite, int slot, int port, long ordinal) =>
        _pseudoChannels[pseudoChannel].TryEnter(Now, local, isWrite, slot, port, ordinal);

    public override void RunUntil(long limit)
    {
        while (Now < limit)
        {
            Tick();
        }
    }

    public override void RunUntilFinished(long limit)
    {
        while (Now < limit && Inputs.All(i => i.Transfers.Finished.Count == 0))
        {
            Tick();
        }
    }

    public override void RunUntilDrained()
    {
        while (!Drained)
        {
            Tick();
        }
    }

    private void Tick()
    {
        var first = LastServed + 1;
        for (var i = 0; i < _pseudoChannels.Length; i++)
        {
            _pseudoChannels[(first + i) % _pseudoChannels.Length].Tick(Now);
        }

        Now++;
    }
}

/// <summary>The command buses of a channel as the list of what recently took them.</summary>
internal sealed class NaiveBuses(DramDevice device)
{
    private readonly List<(int Bus, long Start, uint Cycles)> _recent = [];

    public bool Free(Command command, long cycle)
    {
        var use = device.BusUses[(int)command];
        foreach (var (bus, start, cycles) in _recent)
        {
            if (bus == use.Bus && cycle - start < 32 && ((cycles >> (int)(cycle - start)) & use.Cycles) != 0)
            {
                return false;
            }
        }

        return true;
    }

    public void Take(Command command, long cycle)
    {
        _recent.RemoveAll(r => cycle - r.Start >= 32);
        _recent.Add((device.BusUses[(int)command].Bus, cycle, device.BusUses[(int)command].Cycles));
    }
}
