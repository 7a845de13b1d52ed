using System.Globalization;
using Accel.Core.Diagnostics;
using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>What happens to a row after an access.</summary>
public enum PagePolicy
{
    /// <summary>It stays open until another row of the bank is wanted or a refresh is due.</summary>
    Open,

    /// <summary>The last queued access to it carries auto-precharge.</summary>
    Closed,
}

/// <summary>How rows are refreshed.</summary>
public enum RefreshKind
{
    /// <summary>Whole ranks, every tREFI.</summary>
    AllBank,

    /// <summary>One bank after another, every tREFI / banks.</summary>
    PerBank,

    /// <summary>Never; for bounds and tests.</summary>
    None,
}

/// <summary>How requests reach the channels' queues.</summary>
public enum FrontEnd
{
    /// <summary>Each pseudo-channel takes its own requests in order; none waits for another.</summary>
    PerChannel,

    /// <summary>One order over all channels: a request waits until the one before it has entered its queue.</summary>
    InOrder,
}

/// <summary>Policy of a memory controller. The README defines each decision; every mode of simulation follows it to the cycle.</summary>
public sealed record ControllerConfig
{
    /// <summary>Read queue entries per pseudo-channel, 1 to 256.</summary>
    public int ReadQueue { get; init; } = 32;

    /// <summary>Write queue entries per pseudo-channel, 1 to 256.</summary>
    public int WriteQueue { get; init; } = 32;

    /// <summary>Column commands a row may serve while an older request wants another row of its bank; 0 for no limit.</summary>
    public int RowHitCap { get; init; } = 16;

    public PagePolicy Page { get; init; } = PagePolicy.Open;

    /// <summary>Writes in the queue that start a drain; 1 to <see cref="WriteQueue"/>.</summary>
    public int DrainHigh { get; init; } = 26;

    /// <summary>Writes left that end a drain while reads wait; below <see cref="DrainHigh"/>.</summary>
    public int DrainLow { get; init; } = 6;

    public RefreshKind Refresh { get; init; } = RefreshKind.AllBank;

    /// <summary>Refreshes of a rank that may be overdue before they are forced, all together; 0 to 8.</summary>
    public int PostponedRefreshes { get; init; }

    /// <summary>Ranks are refreshed in turn instead of all at once.</summary>
    public bool StaggerRanks { get; init; }

    public FrontEnd FrontEnd { get; init; } = FrontEnd.PerChannel;

    /// <summary>Ticks for which all ranks have been refreshed when time begins: the first refreshes are due so much sooner.</summary>
    internal int RefreshedBefore { get; init; }

    /// <summary>Refuses values out of range, and a refresh the device does not have.</summary>
    /// <exception cref="InputException">Lists every fault.</exception>
    public void Check(DramDevice device)
    {
        var faults = new List<Diagnostic>();

        void Demand(bool holds, string place, string expected, object found)
        {
            if (!holds)
            {
                faults.Add(new Diagnostic("policy", place, expected, string.Create(CultureInfo.InvariantCulture, $"{found}")));
            }
        }

        Demand(ReadQueue is >= 1 and <= 256, "reads", "1 to 256 entries", ReadQueue);
        Demand(WriteQueue is >= 1 and <= 256, "writes", "1 to 256 entries", WriteQueue);
        Demand(RowHitCap >= 0, "cap", "0 or more", RowHitCap);
        Demand(DrainHigh >= 1 && DrainHigh <= WriteQueue, "drain", $"a high mark of 1 to {WriteQueue}", DrainHigh);
        Demand(DrainLow >= 0 && DrainLow < DrainHigh, "drain", "a low mark below the high one", DrainLow);
        Demand(PostponedRefreshes is >= 0 and <= 8, "postpone", "0 to 8 refreshes", PostponedRefreshes);
        Demand(Refresh != RefreshKind.PerBank || device.HasPerBankRefresh, "refresh", $"all-bank or none, since {device.Standard} has no per-bank refresh", "per-bank");
        if (faults.Count > 0)
        {
            throw new InputException(faults);
        }
    }

    /// <summary>When a rank's first refresh falls due.</summary>
    /// <param name="interval">From one to the next.</param>
    internal long FirstRefresh(int interval, int rank, int ranks) =>
        Math.Max(0, interval - RefreshedBefore) + (StaggerRanks ? (long)rank * interval / ranks : 0);

    /// <summary>The policy as <c>--policy</c> takes it.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Page == PagePolicy.Open ? "open" : "closed")},cap={RowHitCap},reads={ReadQueue},writes={WriteQueue},drain={DrainHigh}:{DrainLow}," +
        $"refresh={Refresh switch { RefreshKind.AllBank => "all-bank", RefreshKind.PerBank => "per-bank", _ => "none" }}," +
        $"postpone={PostponedRefreshes},stagger={(StaggerRanks ? "yes" : "no")},front={(FrontEnd == FrontEnd.PerChannel ? "per-channel" : "in-order")}");
}
