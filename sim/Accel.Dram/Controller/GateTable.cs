using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>
/// The gaps of a device turned round once, at construction: for each command, which gates it pushes and how far. A gate is the earliest cycle
/// a command may start. Gaps of banks and bank groups push gates of banks, those of ranks and pseudo-channels gates of ranks, so the earliest
/// start of a command is the larger of two gates. Gates of commands that a controller never sends are left out.
/// </summary>
internal sealed class GateTable
{
    /// <summary>A gate to push: where the waiting command's gates begin, and the delay.</summary>
    public readonly record struct Push(int First, int Delay);

    /// <summary>A delay that pushes nothing, whatever it is added to.</summary>
    public const long NoDelay = long.MinValue / 2;

    /// <summary>Gates to push by the oldest of the last commands of a kind.</summary>
    /// <param name="Level">Scope of the count.</param>
    /// <param name="First">Where the gates of each waiting command begin.</param>
    /// <param name="Delay">From the oldest command in the window.</param>
    /// <param name="Length">Commands in the window.</param>
    /// <param name="Ring">First of the window's rings, one per scope, <paramref name="Length"/> long each.</param>
    public readonly record struct Window(Level Level, int[] First, int Delay, int Length, int Ring);

    public GateTable(DramDevice device, ControllerConfig config)
    {
        Used = [.. Enum.GetValues<Command>().Where(c => Sends(config, c)).Select(c => (int)c)];
        var bank = PushesOf(device, device.Banks, g => g is { Level: Level.Bank, Window: 1 });
        var group = PushesOf(device, device.Banks, g => g is { Level: Level.BankGroup, Window: 1 });
        var rank = PushesOf(device, device.Ranks, g => g is { Level: Level.Rank or Level.PseudoChannel, Window: 1, Sibling: false });
        var others = PushesOf(device, device.Ranks, g => device.Ranks > 1 && g.Window == 1 && (g.Level == Level.PseudoChannel || g.Sibling));
        PushEnds = new int[2 * Commands.Count + 1];
        RankPushEnds = new int[Commands.Count + 1];
        var delays = new List<(long Own, long Others)>();
        for (var command = 0; command < Commands.Count; command++)
        {
            PushEnds[2 * command + 1] = PushEnds[2 * command] + bank[command].Length;
            PushEnds[2 * command + 2] = PushEnds[2 * command + 1] + group[command].Length;
            Pushes = [.. Pushes, .. bank[command], .. group[command]];
            int[] pushed = [.. rank[command].Concat(others[command]).Select(p => p.First).Distinct().Order()];
            RankPushes = [.. RankPushes, .. pushed];
            delays.AddRange(pushed.Select(first => (DelayOf(rank[command], first), DelayOf(others[command], first))));
            RankPushEnds[command + 1] = RankPushes.Length;
        }

        RankDelays = [.. from own in Enumerable.Range(0, device.Ranks)
                         from delay in delays
                         from other in Enumerable.Range(0, device.Ranks)
                         select other == own ? delay.Own : delay.Others];
        Windows = [.. Enumerable.Range(0, Commands.Count).Select(_ => Array.Empty<Window>())];
        foreach (var gap in device.Gaps.Where(g => g.Window > 1))
        {
            var scopes = gap.Level is Level.Bank or Level.BankGroup ? device.Banks : device.Ranks;
            var rings = gap.Level switch { Level.Bank => device.Banks, Level.BankGroup => device.Groups, Level.Rank => device.Ranks, _ => 1 };
            var window = new Window(gap.Level, [.. gap.Next.Select(c => (int)c * scopes)], gap.Delay, gap.Window, RingLength);
            for (var i = 0; i < rings; i++)
            {
                Rings.Add((RingLength, gap.Window, gap.Delay));
                RingLength += gap.Window;
            }

            foreach (var previous in gap.Previous)
            {
                Windows[(int)previous] = [.. Windows[(int)previous], window];
            }

            AllWindows = [.. AllWindows, window];
        }

    }

    /// <summary>Commands the controller sends, as indices.</summary>
    public int[] Used { get; }

    /// <summary>Command by command: pushes of its own bank, of all banks in its group.</summary>
    public Push[] Pushes { get; } = [];

    /// <summary>Where each of those ends in <see cref="Pushes"/>, after a 0: two per command.</summary>
    public int[] PushEnds { get; }

    /// <summary>Command by command: where the gates of ranks that it pushes begin.</summary>
    public int[] RankPushes { get; } = [];

    /// <summary>Where the <see cref="RankPushes"/> of each command end, after a 0.</summary>
    public int[] RankPushEnds { get; }

    /// <summary>For a command to each rank, for each of <see cref="RankPushes"/>, for each rank whose gate is pushed: the delay, or <see cref="NoDelay"/>.</summary>
    public long[] RankDelays { get; }

    /// <summary>By command, those that it counts in.</summary>
    public Window[][] Windows { get; }

    public Window[] AllWindows { get; } = [];

    /// <summary>Each ring's start and length, and the delay counted from its oldest entry.</summary>
    public List<(int Ring, int Length, int Delay)> Rings { get; } = [];

    /// <summary>Length of all rings together.</summary>
    public int RingLength { get; }

    private static bool Sends(ControllerConfig config, Command command) => command switch
    {
        Command.ReadAutoPrecharge or Command.WriteAutoPrecharge => false, // they wait as their plain twins do
        Command.PrechargeAll or Command.RefreshAllBank => config.Refresh == RefreshKind.AllBank,
        Command.RefreshPerBank => config.Refresh == RefreshKind.PerBank,
        _ => true,
    };

    private static long DelayOf(Push[] pushes, int first) => Array.Find(pushes, p => p.First == first) is { Delay: > 0 } push ? push.Delay : NoDelay;

    private Push[][] PushesOf(DramDevice device, int scopes, Func<ResolvedGap, bool> chosen)
    {
        var table = new Push[Commands.Count][];
        for (var previous = 0; previous < Commands.Count; previous++)
        {
            var delays = new int[Commands.Count];
            foreach (var gap in device.Gaps.Where(g => g.Previous.Contains((Command)previous)).Where(chosen))
            {
                foreach (var next in gap.Next)
                {
                    delays[(int)next] = Math.Max(delays[(int)next], gap.Delay);
                }
            }

            table[previous] = [.. Used.Where(n => delays[n] > 0).Select(n => new Push(n * scopes, delays[n]))];
        }

        return table;
    }
}
