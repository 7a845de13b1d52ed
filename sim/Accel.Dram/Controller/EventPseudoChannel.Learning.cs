using Accel.Dram.Controller.Reach;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Controller;

/// <summary>A step of what can be reached, while it is learnt: all that its key does not tell of is put aside.</summary>
/// <remarks>
/// Only these gates are ever looked at while reads alone are queued and no refresh is owed: activate, read and precharge of the banks that the
/// stream comes to and of their ranks. Commands push others too, but never look at them; so those are taken for as early as can be
/// while a step is learnt, and what it leaves there is how far it pushes them.
/// </remarks>
internal sealed unsafe partial class EventPseudoChannel
{
    private long[]? _bankGatesAside;
    private long[]? _rankGatesAside;
    private long _readQueuePeakAside;
    private PortQueue? _watchedPort;
    private long _watchedEnd;
    private readonly List<(long Local, long Entered, long Cycle)> _watched = [];

    /// <summary>Requests served while a step is learnt; null else.</summary>
    internal List<(long Local, long Entered, long Cycle)>? Watched { get; private set; }

    /// <summary>Whether a request has entered that lies beyond the window of the step that is being learnt.</summary>
    internal bool IsBeyondReach => Watched is not null && _watchedPort!.Ordinal > _watchedEnd;

    /// <summary>Ranks that stay open whatever becomes of the window's banks.</summary>
    internal int RanksKeptOpen(WindowShape shape)
    {
        var count = 0;
        for (var rank = 0; rank < _ranks; rank++)
        {
            var label = Array.IndexOf(shape.Ranks, rank);
            count += label < 0 ? (OpenBanks[rank] > 0 ? 1 : 0) : OpenBeside(shape, rank, label);
        }

        return count;
    }

    /// <summary>Puts aside all gates that are not in a key, and begins to watch what is served.</summary>
    internal void BeginLearning(WindowShape shape, ReadOnlySpan<int> rows, int banksInBlock, bool refreshes, PortQueue port, long room)
    {
        (_watchedPort, _watchedEnd) = (port, port.Ordinal + room);
        _bankGatesAside ??= new long[BankGates.Length];
        _rankGatesAside ??= new long[RankGates.Length];
        BankGates.CopyTo(_bankGatesAside, 0);
        RankGates.CopyTo(_rankGatesAside, 0);
        BankGates.AsSpan().Fill(GateTable.NoDelay);
        for (var i = 0; i < shape.Banks.Length; i++)
        {
            // An open bank's wait to be opened is kept if a refresh is near: it has passed by then, or is in the key.
            var bank = shape.Banks[i];
            var (isOpen, isOther) = (_openRow[bank] >= 0, _openRow[bank] >= 0 && _openRow[bank] != rows[i / banksInBlock]);
            Keep(Command.Read, bank, true);
            Keep(Command.Activate, bank, !isOpen || isOther || refreshes);
            Keep(Command.Precharge, bank, isOther);
        }

        foreach (var command in _table.Used)
        {
            for (var rank = 0; rank < _ranks; rank++)
            {
                if (!IsInKey(command, refreshes) || (!refreshes && Array.IndexOf(shape.Ranks, rank) < 0))
                {
                    _rankGate[command * _ranks + rank] = GateTable.NoDelay;
                }
            }
        }

        ref var peak = ref Counters.Peaks[(int)Peak.ReadQueue];
        (_readQueuePeakAside, peak) = (peak, 0);
        Watched = _watched;
        _watched.Clear();
        _records = true;
    }

    private void Keep(Command command, int bank, bool kept)
    {
        var gate = (int)command * _banks + bank;
        _bankGate[gate] = kept ? _bankGatesAside![gate] : GateTable.NoDelay;
    }

    private static bool IsInKey(int command, bool refreshes) => (Command)command switch
    {
        Command.Activate or Command.Read or Command.Precharge => true,
        Command.PrechargeAll or Command.RefreshAllBank => refreshes,
        _ => false,
    };

    /// <summary>Takes back what was put aside.</summary>
    internal void EndLearning()
    {
        for (var i = 0; i < BankGates.Length; i++)
        {
            BankGates[i] = Math.Max(BankGates[i], _bankGatesAside![i]);
        }

        for (var i = 0; i < RankGates.Length; i++)
        {
            RankGates[i] = Math.Max(RankGates[i], _rankGatesAside![i]);
        }

        ref var peak = ref Counters.Peaks[(int)Peak.ReadQueue];
        peak = Math.Max(peak, _readQueuePeakAside);
        if (IsBeyondReach)
        {
            // Planned with gates put aside: once more, from the cycle that was begun.
            _planClass = NoPlan;
            Wake = Math.Min(Wake, LastBegun);
        }

        Watched = null;
        _records = _commandLog is not null || _completionLog is not null;
    }

    /// <summary>How far gates that are not in the key were pushed beyond a cycle.</summary>
    internal GateRaise[] Raises(WindowShape shape, bool refreshes, long now)
    {
        var raises = new List<GateRaise>();
        void Note(GateOwner kind, int index, int command, long gate)
        {
            if (gate > now)
            {
                raises.Add(new GateRaise(kind, (byte)index, (byte)command, (int)(gate - now)));
            }
        }

        foreach (var command in _table.Used)
        {
            for (var i = 0; i < shape.Banks.Length && !IsInKey(command, refreshes); i++)
            {
                Note(GateOwner.Bank, i, command, BankGates[command * _banks + shape.Banks[i]]);
            }

            for (var group = 0; group < shape.Beside.Length; group++)
            {
                if (shape.Beside[group] is [var any, ..])
                {
                    Note(GateOwner.BesideInGroup, group, command, BankGates[command * _banks + any]);
                }
            }

            var ranks = refreshes ? _ranks : shape.Ranks.Length;
            for (var i = 0; i < ranks && !IsInKey(command, refreshes); i++)
            {
                Note(GateOwner.Rank, i, command, RankGates[command * _ranks + (refreshes ? i : shape.Ranks[i])]);
            }

            for (var rank = 0; rank < _ranks && !refreshes; rank++)
            {
                if (Array.IndexOf(shape.Ranks, rank) < 0)
                {
                    Note(GateOwner.OtherRanks, 0, command, RankGates[command * _ranks + rank]);
                    break;
                }
            }
        }

        return [.. raises];
    }
}
