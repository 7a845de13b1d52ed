using Accel.Dram.Mapping;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller;

/// <summary>
/// The strict front end: a port's request enters its queue only after the one before it has entered, whatever channel that was for.
/// All channels therefore advance together, from event to event.
/// </summary>
internal sealed class InOrderFrontEnd(Channel[] channels, AddressMapping mapping, LocalAddressing[] addressing, int accessBytes)
{
    private sealed class Port
    {
        public Queue<(int Transfer, IEnumerator<Request> Bursts, int[] Slots)> Waiting { get; } = new();
        public (int Transfer, IEnumerator<Request> Bursts, int[] Slots) Current;
        public bool HasHead;
        public long Ordinal;
    }

    private readonly List<Port> _ports = [];
    private readonly Dictionary<int, long> _firstOrdinals = [];
    private int _first;
    private long _now;

    /// <summary>All bursts of a descriptor in order.</summary>
    public static IEnumerable<Request> Bursts(DmaDescriptor descriptor, long earliest, int accessBytes)
    {
        var index = new long[descriptor.Loops.Count];
        for (var more = true; more;)
        {
            var start = descriptor.BaseAddress;
            for (var i = 0; i < index.Length; i++)
            {
                start += index[i] * descriptor.Loops[i].StrideBytes;
            }

            for (var address = start / accessBytes * accessBytes; address < start + descriptor.RunBytes; address += accessBytes)
            {
                yield return new Request(earliest, address, descriptor.IsWrite);
            }

            more = false;
            for (var i = index.Length - 1; i >= 0 && !more; i--)
            {
                more = ++index[i] < descriptor.Loops[i].Count;
                index[i] = more ? index[i] : 0;
            }
        }
    }

    /// <summary>All requests of a trace in order.</summary>
    public static IEnumerable<Request> Bursts(RequestTrace trace, int accessBytes)
    {
        for (var i = 0; i < trace.Count; i++)
        {
            yield return trace[i] with { Address = trace[i].Address / accessBytes * accessBytes };
        }
    }

    /// <summary>The port's count of requests before a transfer's first; -1 until its turn comes.</summary>
    public long FirstOrdinalOf(int transfer) => _firstOrdinals.GetValueOrDefault(transfer, -1);

    public void Add(int port, int transfer, IEnumerable<Request> bursts, int[] slots)
    {
        var target = PortNumbered(port);
        target.Waiting.Enqueue((transfer, bursts.GetEnumerator(), slots));
        if (!target.HasHead)
        {
            NextHead(target);
        }
    }

    public void RunUntil(long limit)
    {
        while (_now < limit)
        {
            Offer();
            foreach (var channel in channels)
            {
                channel.RunUntil(_now + 1);
            }

            _now = Math.Min(limit, Math.Max(_now + 1, NextEvent()));
            foreach (var channel in channels)
            {
                channel.RunUntil(_now);
            }
        }
    }

    public void RunUntilDrained()
    {
        while (_ports.Any(p => p.HasHead) || channels.Any(c => !c.Drained))
        {
            Offer();
            foreach (var channel in channels)
            {
                channel.RunUntil(_now + 1);
            }

            var drained = !_ports.Any(p => p.HasHead) && channels.All(c => c.Drained);
            _now = drained ? _now + 1 : Math.Max(_now + 1, NextEvent());
            foreach (var channel in channels)
            {
                channel.RunUntil(_now);
            }
        }
    }

    private Port PortNumbered(int port)
    {
        while (_ports.Count <= port)
        {
            _ports.Add(new Port());
        }

        return _ports[port];
    }

    private long NextEvent()
    {
        var next = long.MaxValue;
        foreach (var channel in channels)
        {
            next = Math.Min(next, channel.NextEvent);
        }

        foreach (var port in _ports)
        {
            next = port.HasHead && port.Current.Bursts.Current.Arrival >= _now + 1 ? Math.Min(next, port.Current.Bursts.Current.Arrival) : next;
        }

        return next;
    }

    /// <summary>Offers what has arrived, ports in turn, until none is taken.</summary>
    private void Offer()
    {
        for (var i = 0; i < _ports.Count; i++)
        {
            var number = (_first + i) % _ports.Count;
            var port = _ports[number];
            if (!port.HasHead || port.Current.Bursts.Current.Arrival > _now || !TryOffer(port, number))
            {
                continue;
            }

            port.Ordinal++;
            NextHead(port);
            _first = (number + 1) % _ports.Count;
            i = -1;
        }
    }

    private bool TryOffer(Port port, int number)
    {
        var request = port.Current.Bursts.Current;
        var burst = (ulong)(request.Address / accessBytes);
        var word = mapping.Apply(burst);
        var pseudoChannels = channels[0].Inputs.Length;
        var (channel, pseudoChannel) = (mapping.Extract(word, Field.Channel), mapping.Extract(word, Field.PseudoChannel));
        var part = channel * pseudoChannels + pseudoChannel;
        var local = (long)addressing[part].CountBelow(burst);
        return channels[channel].Offer(pseudoChannel, local, request.IsWrite, port.Current.Slots[part], number, port.Ordinal);
    }

    private void NextHead(Port port)
    {
        while (true)
        {
            if (port.HasHead || port.Current.Bursts is not null)
            {
                if (port.Current.Bursts.MoveNext())
                {
                    port.HasHead = true;
                    return;
                }

                var slots = port.Current.Slots;
                for (var part = 0; part < slots.Length; part++)
                {
                    channels[part / channels[0].Inputs.Length].Inputs[part % channels[0].Inputs.Length].Transfers.Exhaust(slots[part]);
                }

                port.Current = default;
                port.HasHead = false;
            }

            if (!port.Waiting.TryDequeue(out port.Current))
            {
                return;
            }

            _firstOrdinals[port.Current.Transfer] = port.Ordinal;
        }
    }
}
