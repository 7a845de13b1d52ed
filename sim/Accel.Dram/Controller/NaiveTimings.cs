using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>Which commands the gaps allow, worked out from the times of past commands each time it is asked.</summary>
internal sealed class NaiveTimings
{
    private readonly DramDevice _device;
    private readonly long[][] _past;

    public NaiveTimings(DramDevice device)
    {
        _device = device;
        _past = [.. device.Gaps.Select(gap => new long[gap.Window * Scopes(gap.Level)])];
        foreach (var past in _past)
        {
            Array.Fill(past, long.MinValue / 2);
        }
    }

    public bool Allows(Command command, int bank, long cycle)
    {
        for (var i = 0; i < _past.Length; i++)
        {
            var gap = _device.Gaps[i];
            if (!gap.Next.Contains(command))
            {
                continue;
            }

            for (var rank = 0; rank < (gap.Sibling ? _device.Ranks : 1); rank++)
            {
                var other = gap.Sibling ? rank != bank / _device.BanksPerRank : true;
                var scope = gap.Sibling ? rank : Scope(gap.Level, bank);
                if (other && cycle < _past[i][scope * gap.Window] + gap.Delay)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Drops the oldest of the window's times and appends the newest.</summary>
    public void Note(Command command, int bank, long cycle)
    {
        for (var i = 0; i < _past.Length; i++)
        {
            var gap = _device.Gaps[i];
            if (gap.Previous.Contains(command))
            {
                var times = _past[i].AsSpan(Scope(gap.Level, bank) * gap.Window, gap.Window);
                times[1..].CopyTo(times);
                times[^1] = cycle;
            }
        }
    }

    private int Scopes(Level level) => Scope(level, _device.Banks - 1) + 1;

    private int Scope(Level level, int bank) => level switch
    {
        Level.PseudoChannel => 0,
        Level.Rank => bank / _device.BanksPerRank,
        Level.BankGroup => bank / _device.BanksPerGroup,
        _ => bank,
    };
}
