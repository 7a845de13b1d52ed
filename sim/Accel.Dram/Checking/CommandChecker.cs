using Accel.Dram.Standards;

namespace Accel.Dram.Checking;

/// <summary>What a command stream did wrong.</summary>
/// <param name="Command">The offending command.</param>
/// <param name="Rule">The rule it broke: a gap, a bus, a bank's state or the refresh interval.</param>
/// <param name="EarliestCycle">When a gap would have allowed it; -1 for other rules.</param>
public sealed record Violation(RecordedCommand Command, string Rule, long EarliestCycle = -1)
{
    public override string ToString() =>
        $"cycle {Command.Cycle} {Command.Command.Mnemonic()} ch {Command.Channel} pc {Command.PseudoChannel} rank {Command.Rank} " +
        $"group {Command.BankGroup} bank {Command.Bank}: {Rule}" + (EarliestCycle < 0 ? "" : $", not before {EarliestCycle}");
}

/// <summary>
/// Judges the command stream of one channel by the standard alone: every gap, the command and data buses, the state of every bank and the
/// refresh interval. It knows nothing of controllers: it keeps the past of each gap as plain lists of times.
/// </summary>
public sealed class CommandChecker
{
    private readonly record struct Past(int Gap, int PseudoChannel, int Scope);

    private readonly DramDevice _device;
    private readonly int _mostPostponed;
    private readonly Dictionary<Past, List<long>> _past = [];
    private readonly Dictionary<(int Bus, long Cycle), RecordedCommand> _busTaken = [];
    private readonly int?[,] _openRow;
    private readonly (long From, long To, int Rank)[] _lastData;
    private readonly long[,] _refreshedAt;
    private long _lastCycle = long.MinValue;
    private long _busPruned;

    /// <summary>A channel with all rows closed at cycle 0.</summary>
    /// <param name="device">The standard to judge by.</param>
    /// <param name="mostPostponed">Refresh intervals a bank may be late, beyond the one that is due; negative to let refresh be.</param>
    public CommandChecker(DramDevice device, int mostPostponed = -1)
    {
        _device = device;
        _mostPostponed = mostPostponed;
        _openRow = new int?[device.PseudoChannels, device.Banks];
        _lastData = new (long, long, int)[device.PseudoChannels];
        _refreshedAt = new long[device.PseudoChannels, device.Banks];
    }

    /// <summary>Judges a whole stream.</summary>
    public static List<Violation> Check(DramDevice device, IEnumerable<RecordedCommand> commands, int mostPostponed = -1)
    {
        var checker = new CommandChecker(device, mostPostponed);
        return [.. commands.SelectMany(checker.Accept)];
    }

    /// <summary>Judges the next command and takes it into the past, lawful or not.</summary>
    public List<Violation> Accept(RecordedCommand command)
    {
        var found = new List<Violation>();
        if (command.Cycle < _lastCycle)
        {
            found.Add(new Violation(command, "commands out of order"));
        }

        _lastCycle = command.Cycle;
        CheckGaps(command, found);
        CheckCommandBus(command, found);
        CheckBanks(command, found);
        CheckData(command, found);
        Remember(command);
        return found;
    }

    /// <summary>The first cycle in which the gaps allow a command, given the commands accepted so far; and the gap that decides.</summary>
    public (long Cycle, ResolvedGap? Gap) Earliest(RecordedCommand command)
    {
        (long Cycle, ResolvedGap? Gap) latest = (0, null);
        for (var i = 0; i < _device.Gaps.Count; i++)
        {
            var gap = _device.Gaps[i];
            if (Array.IndexOf(gap.Next, command.Command) < 0)
            {
                continue;
            }

            foreach (var scope in ScopesBefore(gap, command))
            {
                if (_past.TryGetValue(new Past(i, command.PseudoChannel, scope), out var times) && times.Count >= gap.Window
                    && times[^gap.Window] + gap.Delay is var earliest && earliest > latest.Cycle)
                {
                    latest = (earliest, gap);
                }
            }
        }

        return latest;
    }

    private void CheckGaps(RecordedCommand command, List<Violation> found)
    {
        var (earliest, gap) = Earliest(command);
        if (command.Cycle < earliest)
        {
            found.Add(new Violation(command, gap!.ToString(), earliest));
        }
    }

    private void Remember(RecordedCommand command)
    {
        for (var i = 0; i < _device.Gaps.Count; i++)
        {
            var gap = _device.Gaps[i];
            if (Array.IndexOf(gap.Previous, command.Command) < 0)
            {
                continue;
            }

            var key = new Past(i, command.PseudoChannel, ScopeOf(gap.Level, command));
            if (!_past.TryGetValue(key, out var times))
            {
                _past[key] = times = [];
            }

            times.Add(command.Cycle);
            if (times.Count > 2 * gap.Window + 64)
            {
                times.RemoveRange(0, times.Count - gap.Window);
            }
        }
    }

    private IEnumerable<int> ScopesBefore(ResolvedGap gap, RecordedCommand command)
    {
        if (!gap.Sibling)
        {
            return [ScopeOf(gap.Level, command)];
        }

        return Enumerable.Range(0, _device.Ranks).Where(rank => rank != command.Rank);
    }

    private int ScopeOf(Level level, RecordedCommand command) => level switch
    {
        Level.PseudoChannel => 0,
        Level.Rank => command.Rank,
        Level.BankGroup => command.Rank * _device.BankGroups + command.BankGroup,
        _ => BankOf(command),
    };

    private int BankOf(RecordedCommand command) =>
        (command.Rank * _device.BankGroups + command.BankGroup) * _device.BanksPerGroup + command.Bank;

    private void CheckCommandBus(RecordedCommand command, List<Violation> found)
    {
        var use = _device.BusUses[(int)command.Command];
        for (var i = 0; i < 32; i++)
        {
            if (((use.Cycles >> i) & 1) != 0 && !_busTaken.TryAdd((use.Bus, command.Cycle + i), command))
            {
                found.Add(new Violation(command, $"command bus {use.Bus} taken by {_busTaken[(use.Bus, command.Cycle + i)].Command.Mnemonic()}"));
            }
        }

        if (command.Cycle > _busPruned + 10_000)
        {
            foreach (var old in _busTaken.Keys.Where(k => k.Cycle < command.Cycle).ToList())
            {
                _busTaken.Remove(old);
            }

            _busPruned = command.Cycle;
        }
    }

    private void CheckBanks(RecordedCommand command, List<Violation> found)
    {
        var kind = command.Command;
        var first = kind.IsRankWide() ? command.Rank * _device.BanksPerRank : BankOf(command);
        var count = kind.IsRankWide() ? _device.BanksPerRank : 1;
        for (var bank = first; bank < first + count; bank++)
        {
            ref var row = ref _openRow[command.PseudoChannel, bank];
            if (kind == Command.Activate && row is not null)
            {
                found.Add(new Violation(command, $"activate with row {row} open"));
            }
            else if (kind.IsColumn() && row != command.Row)
            {
                found.Add(new Violation(command, $"access to row {command.Row} with {(row is null ? "no row" : $"row {row}")} open"));
            }
            else if (kind is Command.RefreshAllBank or Command.RefreshPerBank)
            {
                if (row is not null)
                {
                    found.Add(new Violation(command, $"refresh with row {row} open"));
                }

                _refreshedAt[command.PseudoChannel, bank] = command.Cycle;
            }
            else if (kind == Command.Activate && _mostPostponed >= 0
                && command.Cycle - _refreshedAt[command.PseudoChannel, bank] > (_mostPostponed + 2L) * _device.RefreshInterval)
            {
                found.Add(new Violation(command, $"bank not refreshed since {_refreshedAt[command.PseudoChannel, bank]}"));
            }

            row = kind == Command.Activate ? command.Row : kind.IsColumn() && kind is Command.Read or Command.Write ? row : null;
        }
    }

    private void CheckData(RecordedCommand command, List<Violation> found)
    {
        if (!command.Command.IsColumn())
        {
            return;
        }

        var from = command.Cycle + (command.Command.IsRead() ? _device.ReadLatency : _device.WriteLatency);
        ref var last = ref _lastData[command.PseudoChannel];
        if (from < last.To)
        {
            found.Add(new Violation(command, $"data from cycle {from} while the bus carries data until {last.To}"));
        }

        last = (from, from + _device.BurstTicks, command.Rank);
    }
}
