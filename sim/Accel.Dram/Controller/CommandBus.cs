using System.Numerics;
using System.Runtime.CompilerServices;

namespace Accel.Dram.Controller;

/// <summary>One command bus: which of the coming cycles are taken.</summary>
internal sealed class CommandBus
{
    /// <summary>Bit i: cycle <see cref="Base"/> + i is taken.</summary>
    public ulong Taken;

    /// <summary>Cycle of the last command.</summary>
    public long Base;

    /// <summary>First cycle with nothing taken from it on.</summary>
    public long Clear;

    /// <summary>The first cycle at or after <paramref name="cycle"/> in which a pattern fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Fit(long cycle, uint pattern) => cycle >= Clear ? cycle : FitSlow(cycle, pattern);

    /// <summary>Whether all cycles from this one to <see cref="Clear"/> are taken, without free ones between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsRunFrom(long cycle)
    {
        var taken = Taken >> (int)(cycle - Base);
        return (taken & (taken + 1)) == 0;
    }

    /// <summary>Takes the cycles of a command that starts now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(long cycle, uint pattern)
    {
        var shift = cycle - Base;
        Taken = (shift < 64 ? Taken >> (int)shift : 0) | pattern;
        Base = cycle;
        Clear = cycle + 64 - BitOperations.LeadingZeroCount(Taken);
    }

    /// <summary>Which of the cycles from one on are taken, bit by bit.</summary>
    public ulong Ahead(long cycle) =>
        cycle - Base >= 64 ? 0 : cycle < Base ? Taken << (int)(Base - cycle) : Taken >> (int)(cycle - Base);

    /// <summary>Takes on what <see cref="Ahead"/> told of a cycle, at a cycle: as if the last command had been sent in the cycle before.</summary>
    public void Load(ulong ahead, long cycle) => (Taken, Base, Clear) = (ahead << 1, cycle - 1, cycle + 64 - BitOperations.LeadingZeroCount(ahead));

    private long FitSlow(long cycle, uint pattern)
    {
        var taken = Taken >> (int)(cycle - Base);
        while ((taken & pattern) != 0)
        {
            taken >>= 1;
            cycle++;
        }

        return cycle;
    }
}
