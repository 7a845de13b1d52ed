using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>
/// The gaps of a device turned round once, at construction: for each command, which gates it pushes, at which level and how far.
/// A gate is the earliest cycle a command may start in one scope; the earliest start is the largest of the gates of its four scopes.
/// </summary>
internal sealed class GateTable
{
    /// <summary>Gates are laid out with this many per scope, one per command and some spare, so that indexing is a shift.</summary>
    public const int Shift = 4;

    /// <summary>A gate to push: command index and delay.</summary>
    public readonly record struct Push(int Next, int Delay);

    /// <summary>A gate to push once the window-th last command is known.</summary>
    /// <param name="Level">Scope.</param>
    /// <param name="Next">Commands whose gates are pushed.</param>
    /// <param name="Delay">From the oldest command in the window.</param>
    /// <param name="Length">Commands in the window.</param>
    /// <param name="Ring">First of the window's rings: one per scope, each <paramref name="Length"/> cycles long.</param>
    public readonly record struct Window(Level Level, int[] Next, int Delay, int Length, int Ring);

    public Push[][] Bank { get; }
    public Push[][] Group { get; }
    public Push[][] Rank { get; }
    public Push[][] PseudoChannel { get; }
    public Push[][] Sibling { get; }

    /// <summary>Windows by the command that counts in them.</summary>
    public Window[][] Windows { get; }

    /// <summary>Length of all rings together.</summary>
    public int RingLength { get; }

    public GateTable(DramDevice device)
    {
        Bank = Pushes(device, Level.Bank, sibling: false);
        Group = Pushes(device, Level.BankGroup, sibling: false);
        Rank = Pushes(device, Level.Rank, sibling: false);
        PseudoChannel = Pushes(device, Level.PseudoChannel, sibling: false);
        Sibling = Pushes(device, Level.Rank, sibling: true);
        var windows = Enumerable.Range(0, Commands.Count).Select(_ => new List<Window>()).ToArray();
        foreach (var gap in device.Gaps.Where(g => g.Window > 1))
        {
            var window = new Window(gap.Level, [.. gap.Next.Select(c => (int)c)], gap.Delay, gap.Window, RingLength);
            RingLength += gap.Window * Scopes(device, gap.Level);
            foreach (var previous in gap.Previous)
            {
                windows[(int)previous].Add(window);
            }
        }

        Windows = [.. windows.Select(w => w.ToArray())];
    }

    public static int Scopes(DramDevice device, Level level) => level switch
    {
        Level.PseudoChannel => 1,
        Level.Rank => device.Ranks,
        Level.BankGroup => device.Groups,
        _ => device.Banks,
    };

    private static Push[][] Pushes(DramDevice device, Level level, bool sibling)
    {
        var table = new Push[Commands.Count][];
        for (var previous = 0; previous < Commands.Count; previous++)
        {
            var delays = new int[Commands.Count];
            foreach (var gap in device.Gaps.Where(g => g.Level == level && g.Sibling == sibling && g.Window == 1))
            {
                foreach (var next in gap.Previous.Contains((Command)previous) ? gap.Next : [])
                {
                    delays[(int)next] = Math.Max(delays[(int)next], gap.Delay);
                }
            }

            table[previous] = [.. Enumerable.Range(0, Commands.Count).Where(n => delays[n] > 0).Select(n => new Push(n, delays[n]))];
        }

        return table;
    }
}
