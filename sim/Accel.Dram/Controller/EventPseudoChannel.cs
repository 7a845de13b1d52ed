using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Accel.Dram.Mapping;
using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>
/// One pseudo-channel of the next-event engine. Flat arrays; requests in a list per bank and direction; sets of banks as bits of a word.
/// A step either carries out the command planned for its cycle or takes in what arrived and plans anew: the earliest candidate wins,
/// then the class (refresh, column, row), then age.
/// </summary>
internal sealed unsafe partial class EventPseudoChannel
{
    private readonly EventChannel _channel;
    private readonly int _index;
    private readonly DramDevice _device;
    private readonly GateTable _table;
    private readonly LocalAddressing _addressing;
    private readonly TransferTable _transfers;
    private readonly List<LoggedCommand>? _commandLog;
    private readonly List<LoggedCompletion>? _completionLog;
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
    private readonly int _banksPerGroup;
    private readonly int _groupShift;
    private readonly int _rankShift;
    private readonly ulong _rankBanks;
    private readonly int _rowStart;
    private readonly int _columnBits;
    private readonly uint _rowMask;
    private readonly uint _bankMask;
    private readonly int _readDone;
    private readonly int _writeDone;
    private readonly uint[] _patterns;
    private readonly CommandBus[] _busOf;

    // Device state. Gates lie command by command, bank by bank; the pointers are into pinned arrays of the same names.
    internal readonly int[] OpenRow;
    internal readonly int[] Served;
    internal readonly long[] BankGates;
    internal readonly long[] RankGates;
    internal readonly long[] Rings;
    internal readonly int[] RingHead;
    internal readonly int[] OpenBanks;
    internal readonly long[] ActiveSince;
    private readonly long* _bankGate;
    private readonly long* _rankGate;
    private readonly int* _openRow;
    private readonly int* _served;

    // As in the table of gates, which tells their order; the arrays are kept for the pointers' sake.
    private readonly GateTable.Push[] _pushes;
    private readonly int[] _pushEnds;
    private readonly int[] _rankPushes;
    private readonly int[] _rankPushEnds;
    private readonly long[] _rankDelays;
    private readonly GateTable.Push* _push;
    private readonly int* _pushEnd;
    private readonly int* _rankPush;
    private readonly int* _rankPushEnd;
    private readonly long* _rankDelay;

    /// <summary>Bit by bit the commands that count in a window.</summary>
    private readonly int _windowed;

    // Refresh state.
    internal readonly int[] Owed;
    internal readonly bool[] Flushing;
    internal readonly long[] Due;
    internal readonly int[] RefreshBank;
    private int _owedRanks;
    private long _nextDue = long.MaxValue;

    private Counters _counters = null!;
    private long* _sum;
    private long* _peak;
    private long* _latency;

    public EventPseudoChannel(EventChannel channel, int index, GateTable table, AddressMapping mapping, LocalAddressing addressing)
    {
        (_channel, _index, _table, _addressing, _device) = (channel, index, table, addressing, channel.Device);
        var config = channel.Config;
        Input = channel.Inputs[index];
        Counters = new Counters();
        _transfers = Input.Transfers;
        (_commandLog, _completionLog) = (channel.Log.Commands, channel.Log.Completions);
        _closedPage = config.Page == PagePolicy.Closed;
        _perBankRefresh = config.Refresh == RefreshKind.PerBank;
        _splitBuses = _device.SplitBuses;
        (_cap, _readQueue, _writeQueue) = (config.RowHitCap == 0 ? int.MaxValue : config.RowHitCap, config.ReadQueue, config.WriteQueue);
        (_drainHigh, _drainLow, _postponed) = (config.DrainHigh, config.DrainLow, config.PostponedRefreshes);
        (_banks, _ranks, _banksPerRank, _banksPerGroup) = (_device.Banks, _device.Ranks, _device.BanksPerRank, _device.BanksPerGroup);
        _groupShift = BitOperations.Log2((uint)_banksPerGroup);
        _rankShift = BitOperations.Log2((uint)_banksPerRank);
        _rankBanks = _banksPerRank == 64 ? ulong.MaxValue : (1UL << _banksPerRank) - 1;
        _columnBits = mapping.StartOf(Field.Bank);
        _bankMask = (uint)_banks - 1;
        _rowStart = mapping.StartOf(Field.Row);
        _rowMask = (uint)_device.Rows - 1;
        (_readDone, _writeDone) = (_device.DoneAfter(false), _device.DoneAfter(true));
        _patterns = [.. _device.BusUses.Select(u => u.Cycles)];
        _busOf = [.. _device.BusUses.Select(u => channel.Buses[u.Bus])];

        _records = _commandLog is not null || _completionLog is not null;
        (_readBus, _readPattern) = (_busOf[(int)Command.Read], _patterns[(int)Command.Read]);
        (OpenRow, _openRow) = Pinned.New<int>(_banks);
        Array.Fill(OpenRow, -1);
        (Served, _served) = Pinned.New<int>(_banks);
        (BankGates, _bankGate) = Pinned.New<long>(_banks * Commands.Count);
        (RankGates, _rankGate) = Pinned.New<long>(_ranks * Commands.Count);
        (_pushes, _push) = Pinned.Copy(table.Pushes);
        (_pushEnds, _pushEnd) = Pinned.Copy(table.PushEnds);
        (_rankPushes, _rankPush) = Pinned.Copy(table.RankPushes);
        (_rankPushEnds, _rankPushEnd) = Pinned.Copy(table.RankPushEnds);
        (_rankDelays, _rankDelay) = Pinned.Copy(table.RankDelays);
        _windowed = Enumerable.Range(0, Commands.Count).Where(c => table.Windows[c].Length > 0).Sum(c => 1 << c);
        Rings = new long[table.RingLength];
        Array.Fill(Rings, long.MinValue / 2);
        RingHead = new int[table.RingLength];
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
                : config.FirstRefresh(_interval, rank, _ranks);
            _nextDue = Math.Min(_nextDue, Due[rank]);
        }

        (_banksOfAges, _bankOfAge) = Pinned.New<byte>(AgesKept);
        (_columnKeys, _columnKey) = Pinned.New<long>(_banks);
        (_activateKeys, _activateKey) = Pinned.New<long>(_banks);
        (_prechargeKeys, _prechargeKey) = Pinned.New<long>(_banks);
        (_entries, _entry) = Pinned.New<Entry>(_readQueue + _writeQueue);
        (_lists, _head) = Pinned.New<short>(6 * _banks);
        _tail = _head + 2 * _banks;
        _hit = _head + 4 * _banks;
        _free = new short[_entries.Length];
        EmptyQueues();
        ClassifyAll();
        Wake = _nextDue;
    }

    public PseudoChannelInput Input { get; }

    public Counters Counters
    {
        get => _counters;
        set
        {
            _counters = value;
            _sum = Pinned.AddressOf(value.Sums);
            _peak = Pinned.AddressOf(value.Peaks);
            _latency = Pinned.AddressOf(value.Latencies.Counts);
        }
    }

    /// <summary>The next cycle in which this pseudo-channel has something to do.</summary>
    public long Wake { get; private set; }

    /// <summary>The next arrival of a request that is not here yet.</summary>
    public long NextArrival { get; private set; } = long.MaxValue;

    /// <summary>The last cycle that was started: requests that had arrived by then have entered.</summary>
    public long LastBegun { get; private set; }

    public int Queued => _queuedReads + _queuedWrites;

    public int QueuedWrites => _queuedWrites;

    /// <summary>Nothing queued and nothing that waits for room in a queue, no row open, no refresh owed or under way.</summary>
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

            // A queue of one is empty between two requests that are both there.
            foreach (var port in Input.Ports)
            {
                if (port.Arrival < NextArrival)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Something was put into the queues from outside.</summary>
    public void WakeBy(long cycle)
    {
        _planClass = NoPlan;
        Wake = Math.Min(Wake, cycle);
    }

    /// <summary>Something was added to the input.</summary>
    public void ExpectBy(long cycle)
    {
        _onlyPort = Input.Ports.Count == 1 ? Input.Ports[0] : null;
        _portsChanged = true;
        NextArrival = Math.Min(NextArrival, cycle);
        Wake = Math.Min(Wake, cycle);
    }

    /// <summary>Does what is to be done in cycle <see cref="Wake"/>, and takes in the next cycle's requests if that lies below the limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step(long limit)
    {
        var now = Wake;
        var planned = _planClass;
        if (planned == NoPlan || _planCycle != now || now >= NextArrival || now >= _nextDue)
        {
            BeginOther(now);
        }
        else if (planned == ColumnClass && _columnsInARow >= FewColumns && _queuedWrites == 0 && !_closedPage)
        {
            StepRead(now, limit);
        }
        else
        {
            StepOther(now, limit);
        }
    }

    private void StepOther(long now, long limit)
    {
        var command = PlannedCommand();
        var bus = _busOf[(int)command];
        if (bus.Fit(now, _patterns[(int)command]) != now)
        {
            Begin(now); // the other pseudo-channel took the bus since this was planned
            return;
        }

        bus.Take(now, _patterns[(int)command]);
        _channel.LastServed = _index;
        _sum[(int)Counter.FirstCommand + (int)command]++;
        var done = _planClass;
        switch (done)
        {
            case ColumnClass:
                IssueColumn(command, now);
                _columnsInARow++;
                break;
            case RowClass:
                IssueRow(command, now);
                _columnsInARow = Math.Max(0, Math.Min(_columnsInARow, 8) - 3);
                break;
            default:
                IssueRefresh(command, now);
                break;
        }

        if (_splitBuses && (done == RefreshClass || (done == ColumnClass && RowMayStart(now))))
        {
            Plan(now, done + 1, NextCycle);
            if (_planClass != NoPlan)
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

    /// <summary>Brings the count of cycles with open rows up to date.</summary>
    public void CountActiveUntil(long now)
    {
        for (var rank = 0; rank < _ranks; rank++)
        {
            if (OpenBanks[rank] > 0)
            {
                _sum[(int)Counter.ActiveRankTicks] += now - ActiveSince[rank];
                ActiveSince[rank] = now;
            }
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
        _sum[(int)Counter.FirstCommand + (int)command] += intervals * _ranks;
        for (var rank = 0; rank < _ranks; rank++)
        {
            Due[rank] += intervals * _interval;
        }

        _nextDue += intervals * _interval;
        Wake = Math.Min(_nextDue, NextArrival);
    }

    /// <summary>Starts a cycle: counts refreshes that fall due, takes in requests, chooses the direction, plans.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Begin(long cycle)
    {
        LastBegun = cycle;
        if (cycle >= _nextDue)
        {
            CountRefreshesDue(cycle);
        }

        if (_onlyPort is { } port)
        {
            AdmitFromOnePort(port, cycle);
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
            _sum[(int)Counter.WriteDrains] += writing ? 1 : 0;
            Writing = writing;
            ClassifyAll();
        }

        Plan(cycle, RefreshClass);
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
}
