using Accel.Dram.Controller;

namespace Accel.Dram;

/// <summary>How far channels that are simulated apart may run before a transfer can complete.</summary>
public sealed partial class DramSystem
{
    private readonly List<Transfer> _heads = [];
    private long _look;

    /// <summary>A cycle before which a transfer cannot complete.</summary>
    private long EarliestEnd(int transfer)
    {
        if (_channels.Groups.Count == 1 || _frontEnd is not null || _transfers[transfer].PartsToEnter == 0)
        {
            return 0;
        }

        var port = _transfers[transfer].Port;
        var atHead = 0L;
        var behind = long.MaxValue;
        foreach (var group in _channels.Groups)
        {
            for (var i = 0; i < group.Simulation.Inputs.Length; i++)
            {
                var input = group.Simulation.Inputs[i];
                if (port >= input.Ports.Count || input.Ports[port].Left == 0)
                {
                    continue;
                }

                var bound = EarliestEndOfHead(input.Ports[port], Traffic(group.Simulation, i));
                behind = Math.Min(behind, bound);
                atHead = input.Transfers.TransferOf(input.Ports[port].Transfer) == transfer ? Math.Max(atHead, bound) : atHead;
            }
        }

        return atHead > 0 ? atHead : behind == long.MaxValue ? 0 : behind;
    }

    /// <summary>A cycle before which no transfer under way can complete.</summary>
    private long EarliestEndOfAny()
    {
        if (_channels.Groups.Count == 1 || _frontEnd is not null || _entered > 0)
        {
            return 0;
        }

        _look++;
        _heads.Clear();
        var earliest = long.MaxValue;
        foreach (var group in _channels.Groups)
        {
            for (var i = 0; i < group.Simulation.Inputs.Length; i++)
            {
                var input = group.Simulation.Inputs[i];
                var traffic = Traffic(group.Simulation, i);
                foreach (var port in input.Ports)
                {
                    if (port.Left == 0)
                    {
                        continue;
                    }

                    var bound = EarliestEndOfHead(port, traffic);
                    var transfer = _transfers[input.Transfers.TransferOf(port.Transfer)];
                    if (transfer.Look != _look)
                    {
                        (transfer.Look, transfer.EarliestEnd) = (_look, bound);
                        _heads.Add(transfer);
                    }

                    transfer.EarliestEnd = Math.Max(transfer.EarliestEnd, bound);
                    earliest = port.HasMoreTransfers ? Math.Min(earliest, bound) : earliest;
                }
            }
        }

        foreach (var transfer in _heads)
        {
            earliest = Math.Min(earliest, transfer.EarliestEnd);
        }

        return _heads.Count == 0 ? 0 : earliest;
    }

    /// <summary>Ports of a pseudo-channel with requests, and whether a write may be queued before they have been served.</summary>
    private static (int Ports, bool Writes) Traffic(Channel channel, int pseudoChannel)
    {
        var ports = 0;
        var writes = channel.HoldsWrites(pseudoChannel);
        foreach (var port in channel.Inputs[pseudoChannel].Ports)
        {
            ports += port.Left > 0 ? 1 : 0;
            writes |= port.MayWrite;
        }

        return (ports, writes);
    }

    /// <summary>
    /// A cycle before which the head run of a port cannot have entered its queue and ended. Each request takes the data bus for a burst,
    /// unless it meets a queued write; where that may happen often, only the head itself is counted.
    /// </summary>
    private long EarliestEndOfHead(Streams.PortQueue head, (int Ports, bool Writes) traffic)
    {
        var start = Math.Max(Now.Value, head.Arrival);
        if (head.IsWrite ? traffic.Ports > 1 : traffic.Writes)
        {
            return start + Lead;
        }

        var queued = head.IsWrite ? Config.Controller.WriteQueue : 0;
        var behindOf = head.HasMoreTransfers ? Config.Controller.ReadQueue + Config.Controller.WriteQueue : 0;
        return start + Lead + Math.Max(0, head.Left - queued - behindOf - 1) * Config.Device.BurstTicks;
    }
}
