using Accel.Core.Diagnostics;
using Accel.Dram.Controller;
using Accel.Dram.Mapping;
using Accel.Dram.Standards;

namespace Accel.Dram;

/// <summary>A memory: devices, channels, mapping and controller policy.</summary>
public sealed record DramConfig
{
    public required DramDevice Device { get; init; }

    /// <summary>Channels; a power of two. Each has its own command buses and, per pseudo-channel, its own queues.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Bit order of addresses; see <see cref="AddressMapping"/>.</summary>
    public string Mapping { get; init; } = AddressMapping.BankGroupInterleaved;

    public ControllerConfig Controller { get; init; } = new();

    /// <summary>Bytes of the whole memory.</summary>
    public long CapacityBytes => Device.PseudoChannelBytes * Device.PseudoChannels * Channels;

    /// <summary>Width times rate over all channels, in bytes per second.</summary>
    public double PeakBytesPerSecond => Device.PeakBytesPerSecond * Device.PseudoChannels * Channels;

    /// <summary>What refresh leaves of the peak for a stream of reads, in bytes per second.</summary>
    public double RefreshLimitedBytesPerSecond => RefreshLimited(isWrite: false);

    /// <summary>
    /// What the peak leaves when each refresh stops a stream for the least time it can: from the last burst, over precharge, refresh and
    /// activate, to the next. Per-bank refresh leaves other banks to go on with and takes nothing off.
    /// </summary>
    /// <param name="isWrite">A stream of writes, which take longer to close a row after; else of reads.</param>
    /// <returns>Bytes per second over all channels.</returns>
    /// <remarks>Postponed refreshes share the way in and out. Ranks refreshed in turn each stop the stream, since it wants all of them.</remarks>
    public double RefreshLimited(bool isWrite)
    {
        if (Controller.Refresh != RefreshKind.AllBank)
        {
            return PeakBytesPerSecond;
        }

        var column = isWrite ? Command.Write : Command.Read;
        var together = Controller.PostponedRefreshes + 1;
        var aside = Device.SameBankDelay(column, Command.PrechargeAll)
            + Device.SameBankDelay(Command.PrechargeAll, Command.RefreshAllBank)
            + together * Device.SameBankDelay(Command.RefreshAllBank, Command.Activate)
            + Device.SameBankDelay(Command.Activate, column)
            - Device.BurstTicks;
        var turns = Controller.StaggerRanks ? Device.Ranks : 1;
        return PeakBytesPerSecond * Math.Max(0, 1 - turns * (double)aside / (together * (double)Device.RefreshInterval));
    }

    /// <summary>Refuses contradictions.</summary>
    /// <exception cref="InputException">Names the fault.</exception>
    public AddressMapping Check()
    {
        DeviceRules.Check(Device);
        Controller.Check(Device);
        if (Channels is < 1 or > 4096)
        {
            throw new InputException("channels", "", "1 to 4096", $"{Channels}");
        }

        return AddressMapping.Parse(Mapping, Device, Channels);
    }
}

/// <summary>How a memory is simulated. The outcome is the same.</summary>
public enum SimulationMode
{
    /// <summary>Every cycle; slow, the reference.</summary>
    Naive,

    /// <summary>From event to event.</summary>
    Event,

    /// <summary>Events, and remembered steps for long contiguous streams.</summary>
    Memo,

    /// <summary>Events, and remembered steps for streams that come in many transfers, one after another.</summary>
    Reach,
}

/// <summary>What to write down for each command or request. Costs memory in proportion.</summary>
[Flags]
public enum Recording
{
    None = 0,
    Commands = 1,

    /// <summary>The completion cycle of each request of a trace.</summary>
    Completions = 2,
}
