using System.Numerics;
using System.Runtime.CompilerServices;
using Accel.Dram.Mapping;
using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>
/// One pseudo-channel of the next-event engine. Flat arrays; requests in a list per bank and direction; sets of banks as bits of a word.
/// A step either carries out the command planned for its cycle or takes in what arrived and plans anew: the earliest candidate wins,
/// then the class (refresh, column, row), then age.
/// </summary>
internal sealed partial class EventPseudoChannel
{
    private const int NoPlan = -1;
    private const int RefreshClass = 0;
    private const int ColumnClass = 1;
    private const int RowClass = 2;

    internal struct Entry
    {
        public long Local;
        public long Entered;
        public long Sequence;
        public long Ordinal;
        public int Row;
        public int Slot;
        public short Next;
        public short Previous;
        public short Port;
        public byte Bank;

        /// <summary>0: a hit so far; 1: it caused an activate; 2: it caused a precharge.</summary>
        public byte Cause;
    }

    private readonly EventChannel _channel;
    private readonly int _index;
    private readonly DramDevice _device;
    private readonly GateTable _gates;
    private readonly LocalAddressing _addressing;
    private readonly bool _closedPage;
    private readonly bool _perBankRefresh;
    private readonly bool _splitBuses;
    private readonly int _cap;
    private readonly int _readQueue;
    private readonly int _writeQueue;
    private readonly int _drainHigh;
    private readonly int _drainLow;
    private readonly int _postponed;
    private readonly int _interval;
    private readonly int _banks;
    private readonly int _ranks;
    private readonly int _banksPerRank;
    private readonly int _groupShift;
    private readonly int _rankShift;
    private readonly int _rowStart;
    private readonly int _columnBits;
    private readonly uint _rowMask;
    private readonly uint _bankMask;
    private readonly uint[] _patterns;
    private readonly CommandBus[] _busOf;

    // Device state.
    internal readonly int[] OpenRow;
    internal readonly int[] Served;
    internal readonly long[] BankGate;
    internal readonly long[] GroupGate;
    internal readonly long[] RankGate;
    internal readonly long[] ChannelGate;
    internal readonly long[] Rings;
    internal readonly int[] RingHead;
    internal readonly int[] OpenBanks;
    internal readonly long[] ActiveSince;

    // Refresh state.
    internal readonly int[] Owed;
    internal readonly bool[] Flushing;
    internal readonly long[] Due;
    internal readonly int[] RefreshBank;
    private int _owedRanks;
    private long _nextDue = long.MaxValue;

    // Queues: entry pool, lists by direction and bank.
    internal readonly Entry[] Entries;
    private readonly short[] _free;
    private int _freeCount;
    private readonly short[] _head;
    private readonly short[] _tail;
    private readonly short[] _hit;
    private readonly ushort[] _writeFilter = new ushort[256];
    private readonly int[] _queuedOf;
    private int _queuedReads;
    private int _queuedWrites;
    private long _sequence;
    internal bool Writing;

    // Banks of the current direction, by what they want next.
    private ulong _hitBanks;
    private ulong _closedBanks;
    private ulong _conflictBanks;

    // The plan.
    private long _planCycle;
    private int _planClass = NoPlan;
    private int _planBank;
    private Command _planCommand;

    public EventPseudoChannel(EventChannel channel, int index, GateTable gates, AddressMapping mapping, LocalAddressing addressing)
    {
        (_channel, _index, _gates, _addressing, _device) = (channel, index, gates, addressing, channel.Device);
        var config = channel.Config;
        Input = channel.Inputs[index];
        _closedPage = config.Page == PagePolicy.Closed;
        _perBankRefresh = config.Refresh == RefreshKind.PerBank;
        _splitBuses = _device.SplitBuses;
        (_cap, _readQueue, _writeQueue) = (config.RowHitCap, config.ReadQueue, config.WriteQueue);
        (_drainHigh, _drainLow, _postponed) = (config.DrainHigh, config.DrainLow, config.PostponedRefreshes);
        (_banks, _ranks, _banksPerRank) = (_device.Banks, _device.Ranks, _device.BanksPerRank);
        _groupShift = BitOperations.Log2((uint)_device.BanksPerGroup);
        _rankShift = BitOperations.Log2((uint)_banksPerRank);
        _columnBits = mapping.StartOf(Field.Bank);
        _bankMask = (uint)_banks - 1;
        _rowStart = mapping.StartOf(Field.Row);
        _rowMask = (uint)_device.Rows - 1;
        _patterns = [.. _device.BusUses.Select(u => u.Cycles)];
        _busOf = [.. _device.BusUses.Select(u => channel.Buses[u.Bus])];

        OpenRow = new int[_banks];
        Array.Fill(OpenRow, -1);
        Served = new int[_banks];
        BankGate = new long[_banks << GateTable.Shift];
        GroupGate = new long[_device.Groups << GateTable.Shift];
        RankGate = new long[_ranks << GateTable.Shift];
        ChannelGate = new long[1 << GateTable.Shift];
        Rings = new long[gates.RingLength];
        Array.Fill(Rings, long.MinValue / 2);
        RingHead = new int[gates.RingLength];
        OpenBanks = new int[_ranks];
        ActiveSince = new long[_ranks];

        Owed = new int[_ranks];
        Flushing = new bool[_ranks];
        Due = new long[_ranks];
        RefreshBank = new int[_ranks];
        _interval = _perBankRefresh ? _device.PerBankRefreshInterval : _device.RefreshInterval;
        for (var rank = 0; rank < _ranks; rank++)
        {
            Due[rank] = config.Refresh == RefreshKind.None
                ? long.MaxValue
                : _interval + (config.StaggerRanks ? (long)rank * _interval / _ranks : 0);
            _nextDue = Math.Min(_nextDue, Due[rank]);
        }

        Entries = new Entry[_readQueue + _writeQueue];
        _free = new short[Entries.Length];
        _head = new short[2 * _banks];
        _tail = new short[2 * _banks];
        _hit = new short[2 * _banks];
        _queuedOf = new int[_banks];
        EmptyQueues();
        Wake = _nextDue;
    }

    public PseudoChannelInput Input { get; }

    public Counters Counters { get; set; } = new();

    /// <summary>The next cycle in which this pseudo-channel has something to do.</summary>
    public long Wake { get; private set; }

    /// <summary>The next arrival of a request that is not here yet.</summary>
    public long NextArrival { get; private set; } = long.MaxValue;

    public int Queued => _queuedReads + _queuedWrites;

    public int QueuedWrites => _queuedWrites;

    /// <summary>Refresh interval in ticks.</summary>
    internal int Interval => _interval;

    /// <summary>The next cycle in which a refresh falls due.</summary>
    internal long NextDue => _nextDue;

    /// <summary>Nothing queued, no row open, no refresh owed or under way.</summary>
    public bool Quiet
    {
        get
        {
            if (Queued > 0 || _owedRanks > 0 || _planClass != NoPlan || _nextDue == long.MaxValue)
            {
                return false;
            }

            foreach (var open in OpenBanks)
            {
                if (open > 0)
                {
                    return false;
                }
            }

            return true;
        }
    }

    public void WakeBy(long cycle)
    {
        _planClass = NoPlan;
        Wake = Math.Min(Wake, cycle);
    }

    public void ExpectBy(long cycle)
    {
        NextArrival = Math.Min(NextArrival, cycle);
        Wake = Math.Min(Wake, cycle);
    }

    /// <summary>Does what is to be done in cycle <see cref="Wake"/>, and takes in the next cycle's requests if that lies below the limit.</summary>
    public void Step(long limit)
    {
        var now = Wake;
        if (_planClass == NoPlan || _planCycle != now || now >= NextArrival || now >= _nextDue)
        {
            Begin(now);
            return;
        }

        var bus = _busOf[(int)_planCommand];
        if (bus.Fit(now, _patterns[(int)_planCommand]) != now)
        {
            Begin(now); // the other pseudo-channel took the bus since this was planned
            return;
        }

        bus.Take(now, _patterns[(int)_planCommand]);
        var done = _planClass;
        switch (done)
        {
            case ColumnClass:
                IssueColumn(now);
                break;
            case RowClass:
                IssueRow(now);
                break;
            default:
                IssueRefresh(now);
                break;
        }

        if (_splitBuses && done < RowClass)
        {
            Plan(now, done + 1);
            if (_planClass != NoPlan && _planCycle == now)
            {
                return;
            }
        }

        if (now + 1 < limit && Queued > 0)
        {
            Begin(now + 1);
        }
        else
        {
            _planClass = NoPlan;
            Wake = now + 1;
        }
    }

    /// <summary>Starts a cycle: counts refreshes that fall due, takes in requests, chooses the direction, plans.</summary>
    private void Begin(long cycle)
    {
        if (cycle >= _nextDue)
        {
            CountRefreshesDue(cycle);
        }

        if (Input.Ports.Count == 1)
        {
            AdmitFromOnePort(cycle);
        }
        else
        {
            AdmitFromPorts(cycle);
        }

        var writing = Writing
            ? !(_queuedWrites == 0 || (_queuedWrites <= _drainLow && _queuedReads > 0))
            : _queuedWrites >= _drainHigh || (_queuedReads == 0 && _queuedWrites > 0);
        if (writing != Writing)
        {
            Turn(writing);
        }

        Plan(cycle, RefreshClass);
    }

    private void Turn(bool writing)
    {
        Counters.Sums[(int)Counter.WriteDrains] += writing ? 1 : 0;
        Writing = writing;
        ClassifyAll();
    }

    private void CountRefreshesDue(long cycle)
    {
        _nextDue = long.MaxValue;
        for (var rank = 0; rank < _ranks; rank++)
        {
            if (Due[rank] <= cycle)
            {
                Due[rank] += _interval;
                _owedRanks += Owed[rank] == 0 ? 1 : 0;
                Owed[rank]++;
                Flushing[rank] |= Owed[rank] > _postponed;
            }

            _nextDue = Math.Min(_nextDue, Due[rank]);
        }
    }

    /// <summary>Finds the first thing to do from a cycle on, among the classes from <paramref name="firstClass"/>.</summary>
    private void Plan(long floor, int firstClass)
    {
        var best = long.MaxValue;
        var blocked = 0UL;
        _planClass = NoPlan;
        if (_owedRanks > 0)
        {
            blocked = PlanRefresh(floor, firstClass == RefreshClass, ref best);
        }

        if (firstClass <= ColumnClass)
        {
            PlanColumn(floor, _hitBanks & ~blocked, ref best);
        }

        if (best > floor)
        {
            PlanActivate(floor, _closedBanks & ~blocked, ref best);
            PlanPrecharge(floor, _conflictBanks & ~blocked, ref best);
        }

        _planCycle = best;
        Wake = Math.Min(best, Math.Min(NextArrival, _nextDue));
    }

    private void PlanColumn(long floor, ulong banks, ref long best)
    {
        if (banks == 0)
        {
            return;
        }

        var direction = Writing ? _banks : 0;
        var plain = Writing ? Command.Write : Command.Read;
        var bus = _busOf[(int)plain];
        var pattern = _patterns[(int)plain];
        var bestAge = long.MaxValue;
        var bestColumn = long.MaxValue;
        do
        {
            var bank = BitOperations.TrailingZeroCount(banks);
            banks &= banks - 1;
            ref var entry = ref Entries[_hit[direction + bank]];
            var command = plain;
            if (_closedPage && IsLastOfItsRow(ref entry))
            {
                command++;
            }

            var cycle = bus.Fit(Math.Max(Gate(bank, (int)command), floor), pattern);
            if (cycle < bestColumn || (cycle == bestColumn && entry.Sequence < bestAge))
            {
                (bestColumn, bestAge) = (cycle, entry.Sequence);
                if (cycle < best)
                {
                    best = cycle;
                    _planClass = ColumnClass;
                }

                if (_planClass == ColumnClass)
                {
                    _planBank = bank;
                    _planCommand = command;
                }
            }
        }
        while (banks != 0);
    }

    private void PlanActivate(long floor, ulong banks, ref long best)
    {
        if (banks == 0 || Math.Max(floor, ChannelGate[(int)Command.Activate]) >= best)
        {
            return;
        }

        var direction = Writing ? _banks : 0;
        var bus = _busOf[(int)Command.Activate];
        var bestAge = _planClass == RowClass ? Entries[_head[direction + _planBank]].Sequence : long.MinValue;
        do
        {
            var bank = BitOperations.TrailingZeroCount(banks);
            banks &= banks - 1;
            var cycle = Math.Max(Gate(bank, (int)Command.Activate), floor);
            if (cycle > best)
            {
                continue;
            }

            cycle = bus.Fit(cycle, _patterns[(int)Command.Activate]);
            var age = Entries[_head[direction + bank]].Sequence;
            if (cycle < best || (cycle == best && age < bestAge))
            {
                (best, bestAge) = (cycle, age);
                (_planClass, _planBank, _planCommand) = (RowClass, bank, Command.Activate);
            }
        }
        while (banks != 0);
    }

    private void PlanPrecharge(long floor, ulong banks, ref long best)
    {
        if (banks == 0)
        {
            return;
        }

        var direction = Writing ? _banks : 0;
        var bus = _busOf[(int)Command.Precharge];
        var bestAge = _planClass == RowClass ? Entries[_head[direction + _planBank]].Sequence : long.MinValue;
        do
        {
            var bank = BitOperations.TrailingZeroCount(banks);
            banks &= banks - 1;
            var cycle = Math.Max(Gate(bank, (int)Command.Precharge), floor);
            if (cycle > best)
            {
                continue;
            }

            cycle = bus.Fit(cycle, _patterns[(int)Command.Precharge]);
            var age = Entries[_head[direction + bank]].Sequence;
            if (cycle < best || (cycle == best && age < bestAge))
            {
                (best, bestAge) = (cycle, age);
                (_planClass, _planBank, _planCommand) = (RowClass, bank, Command.Precharge);
            }
        }
        while (banks != 0);
    }

    /// <summary>Plans the next step of a refresh that is forced, or due while nothing wants its banks; returns the banks that wait for it.</summary>
    private ulong PlanRefresh(long floor, bool mayPlan, ref long best)
    {
        var blocked = 0UL;
        for (var rank = 0; rank < _ranks; rank++)
        {
            if (Owed[rank] == 0)
            {
                continue;
            }

            var first = rank << _rankShift;
            var bank = _perBankRefresh ? first + RefreshBank[rank] : first;
            if (!Flushing[rank] && (_perBankRefresh ? _queuedOf[bank] : QueuedOfRank(rank)) > 0)
            {
                continue;
            }

            blocked |= _perBankRefresh ? 1UL << bank : (_banksPerRank == 64 ? ulong.MaxValue : (1UL << _banksPerRank) - 1) << first;
            if (!mayPlan)
            {
                continue;
            }

            var open = _perBankRefresh ? OpenRow[bank] >= 0 : OpenBanks[rank] > 0;
            var command = _perBankRefresh
                ? open ? Command.Precharge : Command.RefreshPerBank
                : open ? Command.PrechargeAll : Command.RefreshAllBank;
            var gate = _perBankRefresh
                ? Gate(bank, (int)command)
                : Math.Max(RankGate[(rank << GateTable.Shift) + (int)command], ChannelGate[(int)command]);
            var cycle = _busOf[(int)command].Fit(Math.Max(gate, floor), _patterns[(int)command]);
            if (cycle < best)
            {
                best = cycle;
                (_planClass, _planBank, _planCommand) = (RefreshClass, bank, command);
            }
        }

        return blocked;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Gate(int bank, int command) => Math.Max(
        Math.Max(BankGate[(bank << GateTable.Shift) + command], GroupGate[((bank >> _groupShift) << GateTable.Shift) + command]),
        Math.Max(RankGate[((bank >> _rankShift) << GateTable.Shift) + command], ChannelGate[command]));

    private void IssueColumn(long now)
    {
        var bank = _planBank;
        var write = Writing;
        var list = (write ? _banks : 0) + bank;
        var index = _hit[list];
        ref var entry = ref Entries[index];
        var done = now + (write ? _device.WriteLatency : _device.ReadLatency) + _device.BurstTicks;
        var sums = Counters.Sums;
        sums[(int)Counter.FirstCommand + (int)_planCommand]++;
        sums[(int)(entry.Cause == 0 ? Counter.RowHits : entry.Cause == 1 ? Counter.RowMisses : Counter.RowConflicts)]++;
        sums[(int)(write ? Counter.WriteQueueTicks : Counter.ReadQueueTicks)] += now - entry.Entered;
        _channel.Log.Commands?.Add(new LoggedCommand(now, _planCommand, _index, bank, entry.Local));
        Complete(write, entry.Slot, entry.Port, entry.Ordinal, entry.Entered, done);
        Remove(list, index);
        Served[bank]++;
        Push(_planCommand, bank, now);
        if (_planCommand is Command.ReadAutoPrecharge or Command.WriteAutoPrecharge)
        {
            Close(bank, now);
        }

        Classify(bank);
    }

    private void IssueRow(long now)
    {
        var bank = _planBank;
        ref var entry = ref Entries[_head[(Writing ? _banks : 0) + bank]];
        Counters.Sums[(int)Counter.FirstCommand + (int)_planCommand]++;
        _channel.Log.Commands?.Add(new LoggedCommand(now, _planCommand, _index, bank, entry.Local));
        Push(_planCommand, bank, now);
        if (_planCommand == Command.Activate)
        {
            entry.Cause = Math.Max(entry.Cause, (byte)1);
            Open(bank, entry.Row, now);
        }
        else
        {
            entry.Cause = 2;
            Close(bank, now);
        }

        Classify(bank);
    }

    private void IssueRefresh(long now)
    {
        var rank = _planBank >> _rankShift;
        var first = rank << _rankShift;
        Counters.Sums[(int)Counter.FirstCommand + (int)_planCommand]++;
        _channel.Log.Commands?.Add(new LoggedCommand(now, _planCommand, _index, _planBank, -1));
        Push(_planCommand, _planBank, now);
        switch (_planCommand)
        {
            case Command.Precharge:
                Close(_planBank, now);
                Classify(_planBank);
                return;
            case Command.PrechargeAll:
                for (var bank = first; bank < first + _banksPerRank; bank++)
                {
                    if (OpenRow[bank] >= 0)
                    {
                        Close(bank, now);
                        Classify(bank);
                    }
                }

                return;
            default:
                Owed[rank]--;
                if (Owed[rank] == 0)
                {
                    Flushing[rank] = false;
                    _owedRanks--;
                }

                RefreshBank[rank] = (RefreshBank[rank] + 1) & (_banksPerRank - 1);
                return;
        }
    }

    private void Open(int bank, int row, long now)
    {
        var rank = bank >> _rankShift;
        if (OpenBanks[rank]++ == 0)
        {
            ActiveSince[rank] = now;
        }

        OpenRow[bank] = row;
        Served[bank] = 0;
        FindHit(bank, _head[bank], row);
        FindHit(_banks + bank, _head[_banks + bank], row);
    }

    private void Close(int bank, long now)
    {
        var rank = bank >> _rankShift;
        if (--OpenBanks[rank] == 0)
        {
            Counters.Sums[(int)Counter.ActiveRankTicks] += now - ActiveSince[rank];
        }

        OpenRow[bank] = -1;
        _hit[bank] = -1;
        _hit[_banks + bank] = -1;
    }

    /// <summary>Brings the count of cycles with open rows up to date.</summary>
    public void CountActiveUntil(long now)
    {
        for (var rank = 0; rank < _ranks; rank++)
        {
            if (OpenBanks[rank] > 0)
            {
                Counters.Sums[(int)Counter.ActiveRankTicks] += now - ActiveSince[rank];
                ActiveSince[rank] = now;
            }
        }
    }

    /// <summary>Pushes the gates that a command moves.</summary>
    private void Push(Command command, int bank, long now)
    {
        var rank = bank >> _rankShift;
        Push(_gates.Bank[(int)command], BankGate, bank, now);
        Push(_gates.Group[(int)command], GroupGate, bank >> _groupShift, now);
        Push(_gates.Rank[(int)command], RankGate, rank, now);
        Push(_gates.PseudoChannel[(int)command], ChannelGate, 0, now);
        if (_ranks > 1 && _gates.Sibling[(int)command].Length > 0)
        {
            for (var other = 0; other < _ranks; other++)
            {
                if (other != rank)
                {
                    Push(_gates.Sibling[(int)command], RankGate, other, now);
                }
            }
        }

        foreach (var window in _gates.Windows[(int)command])
        {
            PushWindow(window, bank, now);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Push(GateTable.Push[] pushes, long[] gates, int scope, long now)
    {
        foreach (var push in pushes)
        {
            ref var gate = ref gates[(scope << GateTable.Shift) + push.Next];
            gate = Math.Max(gate, now + push.Delay);
        }
    }

    private void PushWindow(in GateTable.Window window, int bank, long now)
    {
        var (gates, scope) = window.Level switch
        {
            Level.PseudoChannel => (ChannelGate, 0),
            Level.Rank => (RankGate, bank >> _rankShift),
            Level.BankGroup => (GroupGate, bank >> _groupShift),
            _ => (BankGate, bank),
        };
        var ring = window.Ring + scope * window.Length;
        ref var head = ref RingHead[ring];
        Rings[ring + head] = now;
        head = head + 1 == window.Length ? 0 : head + 1;
        var oldest = Rings[ring + head];
        foreach (var next in window.Next)
        {
            ref var gate = ref gates[(scope << GateTable.Shift) + next];
            gate = Math.Max(gate, oldest + window.Delay);
        }
    }

    /// <summary>
    /// Whole refresh intervals that may be skipped before a cycle, leaving two; of per-bank refreshes whole rounds, leaving one more round,
    /// so that every gate a refresh pushed is pushed again.
    /// </summary>
    public long IdleIntervals(long until)
    {
        var last = 0L;
        foreach (var due in Due)
        {
            last = Math.Max(last, due);
        }

        var intervals = (until - last) / _interval - 2;
        return _perBankRefresh ? (intervals / _banksPerRank - 1) * _banksPerRank : intervals;
    }

    public void SkipIntervals(long intervals)
    {
        var command = _perBankRefresh ? Command.RefreshPerBank : Command.RefreshAllBank;
        Counters.Sums[(int)Counter.FirstCommand + (int)command] += intervals * _ranks;
        for (var rank = 0; rank < _ranks; rank++)
        {
            Due[rank] += intervals * _interval;
        }

        _nextDue += intervals * _interval;
        Wake = Math.Min(_nextDue, NextArrival);
    }
}
