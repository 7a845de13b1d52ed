using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>
/// The commands by which a controller brings idle devices into one state, whatever they did before: it waits until every gap to what it
/// sends has passed, closes all ranks, refreshes all ranks, and waits until every gap from that has passed. In ticks from its beginning.
/// </summary>
internal sealed class RestartSequence
{
    private readonly int _pseudoChannels;
    private readonly int _precharge;
    private readonly int _betweenPrecharges;
    private readonly int _refresh;
    private readonly int _betweenRefreshes;

    public RestartSequence(DramDevice device)
    {
        _pseudoChannels = device.PseudoChannels;
        var last = (device.Ranks * device.PseudoChannels) - 1;
        (_betweenPrecharges, _betweenRefreshes) = (Between(device, Command.PrechargeAll), Between(device, Command.RefreshAllBank));
        _precharge = Longest(device, g => g.Next.Contains(Command.PrechargeAll) || g.Next.Contains(Command.RefreshAllBank));
        _refresh = _precharge + (last * _betweenPrecharges)
            + Math.Max(_betweenPrecharges, Longest(device, g => g.Previous.Contains(Command.PrechargeAll) && g.Next.Contains(Command.RefreshAllBank)));
        Length = _refresh + (last * _betweenRefreshes) + Longest(device, _ => true);
    }

    /// <summary>Until the devices are ready for any command.</summary>
    public int Length { get; }

    /// <summary>How long the first rank has been refreshed by then: its next refresh is due so much the sooner.</summary>
    public int RefreshedBefore => Length - _refresh;

    /// <summary>When a rank is closed.</summary>
    public int PrechargeOf(int rank, int pseudoChannel) => _precharge + (PlaceOf(rank, pseudoChannel) * _betweenPrecharges);

    /// <summary>When a rank is refreshed.</summary>
    public int RefreshOf(int rank, int pseudoChannel) => _refresh + (PlaceOf(rank, pseudoChannel) * _betweenRefreshes);

    private int PlaceOf(int rank, int pseudoChannel) => (rank * _pseudoChannels) + pseudoChannel;

    /// <summary>Ticks from one command to the same for another rank or pseudo-channel.</summary>
    private static int Between(DramDevice device, Command command)
    {
        var pattern = 32 - int.LeadingZeroCount((int)device.BusUses[(int)command].Cycles);
        return Math.Max(pattern, Longest(device, g =>
            (g.Level == Level.PseudoChannel || g.Sibling) && g.Previous.Contains(command) && g.Next.Contains(command)));
    }

    private static int Longest(DramDevice device, Func<ResolvedGap, bool> isMeant)
    {
        var longest = 0;
        foreach (var gap in device.Gaps)
        {
            longest = isMeant(gap) ? Math.Max(longest, gap.Delay) : longest;
        }

        return longest;
    }
}
