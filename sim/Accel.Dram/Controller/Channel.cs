using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller;

/// <summary>
/// One channel: the pseudo-channels that share its command buses, each with its own queues. Four engines simulate it, with one behaviour.
/// </summary>
internal abstract class Channel
{
    protected Channel(DramDevice device, ControllerConfig config, ChannelLog log, PseudoChannelInput[]? inputs = null)
    {
        Device = device;
        Config = config;
        Log = log;
        Inputs = inputs ?? [.. Enumerable.Range(0, device.PseudoChannels).Select(_ => new PseudoChannelInput())];
    }

    public DramDevice Device { get; }

    public ControllerConfig Config { get; }

    public ChannelLog Log { get; }

    /// <summary>What is still to be sent to each pseudo-channel, and what is under way.</summary>
    public PseudoChannelInput[] Inputs { get; }

    /// <summary>All cycles below this one have been simulated.</summary>
    public long Now { get; protected set; }

    /// <summary>No request is waiting or queued.</summary>
    public abstract bool Drained { get; }

    /// <summary>Requests in the queues of all pseudo-channels.</summary>
    public abstract int Queued { get; }

    /// <summary>Whether a queue of this pseudo-channel holds a write.</summary>
    public abstract bool HoldsWrites(int pseudoChannel);

    /// <summary>Simulates all cycles below a limit.</summary>
    public abstract void RunUntil(long limit);

    /// <summary>
    /// Simulates all cycles below a limit, or fewer: may return as soon as a transfer's part has ended (see <see cref="TransferTable.Finished"/>).
    /// </summary>
    public abstract void RunUntilFinished(long limit);

    /// <summary>Simulates until the cycle in which the last command for a request starts, and no further.</summary>
    public abstract void RunUntilDrained();

    /// <summary>Puts one request before the queues in cycle <see cref="Now"/>; false if its queue is full. For the in-order front end.</summary>
    public abstract bool Offer(int pseudoChannel, long local, bool isWrite, int slot, int port, long ordinal);

    /// <summary>The next cycle in which something may happen.</summary>
    public abstract long NextEvent { get; }

    /// <summary>Counts of one pseudo-channel up to <see cref="Now"/>.</summary>
    public abstract Counters CountersOf(int pseudoChannel);

    /// <summary>Whether a rank has a row open at <see cref="Now"/>; for a channel that is settled.</summary>
    public abstract bool IsOpen(int pseudoChannel, int rank);

    /// <summary>Takes on the state of another channel of the same engine and memory, with counts of zero.</summary>
    public virtual void CopyFrom(Channel other) => throw new NotSupportedException();

    /// <summary>Whether it is worth finding out what <see cref="HasFutureOf"/> tells.</summary>
    public virtual bool LooksLike(Channel other) => true;

    /// <summary>Whether this and another channel, both settled and standing at the same cycle, do the same from here on, given the same requests.</summary>
    public virtual bool HasFutureOf(Channel other) => false;

    /// <summary>
    /// Brings the queues and ports, which a channel may keep as they were in an earlier cycle, to <see cref="Now"/>. Transfers that have ended are
    /// known without it.
    /// </summary>
    public virtual void Settle()
    {
    }

    /// <summary>Whether they stand there.</summary>
    public virtual bool IsSettled => true;

    /// <summary>Starts counting anew.</summary>
    public virtual void ResetCounters()
    {
    }

    /// <summary>Told that a transfer was added to a pseudo-channel's input.</summary>
    public virtual void Added(int pseudoChannel, long arrival)
    {
    }
}

/// <summary>The input side of a pseudo-channel: one queue per port, and the table of transfers.</summary>
internal sealed class PseudoChannelInput
{
    /// <summary>Most ports: a set of them fits a word.</summary>
    public const int MostPorts = 64;

    public List<PortQueue> Ports { get; } = [];

    public TransferTable Transfers { get; } = new();

    /// <summary>
    /// The port that is asked first for the next request: the one behind the port that sent last, whether it has ever been used or not. Otherwise it would make a
    /// difference when a first transfer is added, not just from when on it may be served.
    /// </summary>
    public int FirstPort;

    public bool Empty
    {
        get
        {
            foreach (var port in Ports)
            {
                if (port.Left > 0)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Takes on the requests and transfers of another input.</summary>
    public void CopyFrom(PseudoChannelInput other)
    {
        Transfers.CopyFrom(other.Transfers);
        if (Ports.Count > other.Ports.Count)
        {
            Ports.RemoveRange(other.Ports.Count, Ports.Count - other.Ports.Count);
        }

        for (var port = 0; port < other.Ports.Count; port++)
        {
            Port(port).CopyFrom(other.Ports[port]);
        }

        FirstPort = other.FirstPort;
    }

    /// <summary>Whether the same requests of the same transfers are still to come, and the same are under way.</summary>
    public bool IsSameAs(PseudoChannelInput other)
    {
        if (Ports.Count != other.Ports.Count || FirstPort != other.FirstPort || !Transfers.IsSameAs(other.Transfers))
        {
            return false;
        }

        for (var port = 0; port < Ports.Count; port++)
        {
            if (!Ports[port].IsSameAs(other.Ports[port], Transfers, other.Transfers))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The queue of a port, made when first used.</summary>
    public PortQueue Port(int port)
    {
        while (Ports.Count <= port)
        {
            Ports.Add(new PortQueue { Exhausted = Transfers.Exhaust });
        }

        return Ports[port];
    }
}
