using Accel.Dram.Mapping;
using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>One pseudo-channel of the reference engine.</summary>
internal sealed class NaivePseudoChannel
{
    private sealed record Request(long Local, int Row, int Bank, long Entered, int Slot, int Port, long Ordinal)
    {
        public bool CausedActivate { get; set; }
        public bool CausedPrecharge { get; set; }
    }

    private readonly NaiveChannel _channel;
    private readonly int _index;
    private readonly NaiveBuses _buses;
    private readonly AddressMapping _mapping;
    private readonly LocalAddressing _addressing;
    private readonly DramDevice _device;
    private readonly ControllerConfig _config;
    private readonly NaiveTimings _timings;
    private readonly PseudoChannelInput _input;
    private readonly List<Request> _reads = [];
    private readonly List<Request> _writes = [];
    private readonly int?[] _openRow;
    private readonly int[] _served;
    private readonly int[] _owed;
    private readonly bool[] _flushing;
    private readonly long[] _due;
    private readonly int[] _refreshBank;
    private readonly int _interval;
    private bool _writing;

    public NaivePseudoChannel(NaiveChannel channel, int index, NaiveBuses buses, AddressMapping mapping, LocalAddressing addressing)
    {
        (_channel, _index, _buses, _mapping, _addressing) = (channel, index, buses, mapping, addressing);
        (_device, _config, _input) = (channel.Device, channel.Config, channel.Inputs[index]);
        _timings = new NaiveTimings(_device);
        _openRow = new int?[_device.Banks];
        _served = new int[_device.Banks];
        _owed = new int[_device.Ranks];
        _flushing = new bool[_device.Ranks];
        _refreshBank = new int[_device.Ranks];
        _interval = _config.Refresh == RefreshKind.PerBank ? _device.PerBankRefreshInterval : _device.RefreshInterval;
        _due = [.. Enumerable.Range(0, _device.Ranks).Select(r => _config.FirstRefresh(_interval, r, _device.Ranks))];
    }

    public Counters Counters { get; } = new();

    public int Queued => _reads.Count + _writes.Count;

    public bool HoldsWrites => _writes.Count > 0;

    public bool IsOpen(int rank) => BanksOf(rank).Any(b => _openRow[b] is not null);

    public void Tick(long cycle)
    {
        CountRefreshesDue(cycle);
        Admit(cycle);
        ChooseDirection();
        TryRefresh(cycle);
        TryColumn(cycle);
        TryRow(cycle);
        for (var rank = 0; rank < _device.Ranks; rank++)
        {
            Counters.Sums[(int)Counter.ActiveRankTicks] += IsOpen(rank) ? 1 : 0;
        }
    }

    public bool TryEnter(long cycle, long local, bool isWrite, int slot, int port, long ordinal)
    {
        var queue = isWrite ? _writes : _reads;
        if (_writes.Any(w => w.Local == local))
        {
            Counters.Sums[(int)(isWrite ? Counter.Merged : Counter.Forwarded)]++;
            _input.Transfers.Entered(slot);
            Complete(isWrite, slot, port, ordinal, cycle, cycle + _device.DoneAfter(isWrite));
            return true;
        }

        if (queue.Count == (isWrite ? _config.WriteQueue : _config.ReadQueue))
        {
            return false;
        }

        var word = _addressing.Decode(local);
        var bank = (_mapping.Extract(word, Field.Rank) * _device.BankGroups + _mapping.Extract(word, Field.BankGroup)) * _device.BanksPerGroup
            + _mapping.Extract(word, Field.Bank);
        queue.Add(new Request(local, _mapping.Extract(word, Field.Row), bank, cycle, slot, port, ordinal));
        _input.Transfers.Entered(slot);
        var peak = (int)(isWrite ? Peak.WriteQueue : Peak.ReadQueue);
        Counters.Peaks[peak] = Math.Max(Counters.Peaks[peak], queue.Count);
        return true;
    }

    private List<Request> Queue => _writing ? _writes : _reads;

    private IEnumerable<int> BanksOf(int rank) => Enumerable.Range(rank * _device.BanksPerRank, _device.BanksPerRank);

    private int RankOf(int bank) => bank / _device.BanksPerRank;

    private void CountRefreshesDue(long cycle)
    {
        for (var rank = 0; rank < _device.Ranks && _config.Refresh != RefreshKind.None; rank++)
        {
            if (cycle == _due[rank])
            {
                _due[rank] += _interval;
                _owed[rank]++;
                _flushing[rank] |= _owed[rank] > _config.PostponedRefreshes;
            }
        }
    }

    private void Admit(long cycle)
    {
        var ports = _input.Ports;
        for (var i = 0; i < ports.Count; i++)
        {
            var number = (_input.FirstPort + i) % ports.Count;
            var port = ports[number];
            if (port.Arrival <= cycle && TryEnter(cycle, port.Next, port.IsWrite, port.Transfer, number, port.Ordinal))
            {
                port.Take();
                _input.FirstPort = number + 1;
                i = -1;
            }
        }
    }

    private void ChooseDirection()
    {
        if (_writing)
        {
            _writing = !(_writes.Count == 0 || (_writes.Count <= _config.DrainLow && _reads.Count > 0));
        }
        else if (_writes.Count >= _config.DrainHigh || (_reads.Count == 0 && _writes.Count > 0))
        {
            _writing = true;
            Counters.Sums[(int)Counter.WriteDrains]++;
        }
    }

    /// <summary>The banks that wait for a refresh of this rank: none unless it is forced, or due while nothing queued wants them.</summary>
    private int[] RefreshTarget(int rank)
    {
        int[] banks = _config.Refresh == RefreshKind.PerBank ? [rank * _device.BanksPerRank + _refreshBank[rank]] : [.. BanksOf(rank)];
        var idle = !_reads.Concat(_writes).Any(r => banks.Contains(r.Bank));
        return _flushing[rank] || (_owed[rank] > 0 && idle) ? banks : [];
    }

    private bool Blocked(int bank) => _owed[RankOf(bank)] > 0 && RefreshTarget(RankOf(bank)).Contains(bank);

    private void TryRefresh(long cycle)
    {
        for (var rank = 0; rank < _device.Ranks; rank++)
        {
            var banks = _owed[rank] > 0 ? RefreshTarget(rank) : [];
            if (banks.Length == 0)
            {
                continue;
            }

            var perBank = _config.Refresh == RefreshKind.PerBank;
            var open = banks.Any(b => _openRow[b] is not null);
            var command = (perBank, open) switch
            {
                (true, true) => Command.Precharge,
                (true, false) => Command.RefreshPerBank,
                (false, true) => Command.PrechargeAll,
                (false, false) => Command.RefreshAllBank,
            };
            if (!CanIssue(command, banks[0], cycle))
            {
                continue;
            }

            Issue(command, banks[0], cycle, -1);
            foreach (var bank in banks)
            {
                _openRow[bank] = null;
            }

            if (!open)
            {
                _owed[rank]--;
                _flushing[rank] &= _owed[rank] > 0;
                _refreshBank[rank] = (_refreshBank[rank] + 1) % _device.BanksPerRank;
            }

            return;
        }
    }

    /// <summary>The request a bank would serve next from its open row; null if there is none, or the row has served its share.</summary>
    private Request? Hit(int bank)
    {
        var oldest = Queue.Find(r => r.Bank == bank);
        var hit = Queue.Find(r => r.Bank == bank && r.Row == _openRow[bank]);
        var capped = _config.RowHitCap > 0 && _served[bank] >= _config.RowHitCap && oldest?.Row != _openRow[bank];
        return capped ? null : hit;
    }

    private void TryColumn(long cycle)
    {
        foreach (var request in Queue)
        {
            if (Hit(request.Bank) != request || Blocked(request.Bank))
            {
                continue;
            }

            var last = _config.Page == PagePolicy.Closed && !Queue.Any(r => r != request && r.Bank == request.Bank && r.Row == request.Row);
            var command = (_writing, last) switch
            {
                (false, false) => Command.Read,
                (false, true) => Command.ReadAutoPrecharge,
                (true, false) => Command.Write,
                (true, true) => Command.WriteAutoPrecharge,
            };
            if (!CanIssue(command, request.Bank, cycle))
            {
                continue;
            }

            Issue(command, request.Bank, cycle, request.Local);
            _served[request.Bank]++;
            _openRow[request.Bank] = last ? null : _openRow[request.Bank];
            Counters.Sums[(int)(request.CausedPrecharge ? Counter.RowConflicts : request.CausedActivate ? Counter.RowMisses : Counter.RowHits)]++;
            Counters.Sums[(int)(_writing ? Counter.WriteQueueTicks : Counter.ReadQueueTicks)] += cycle - request.Entered;
            Complete(_writing, request.Slot, request.Port, request.Ordinal, request.Entered, cycle + _device.DoneAfter(_writing));
            Queue.Remove(request);
            return;
        }
    }

    private void TryRow(long cycle)
    {
        foreach (var request in Queue)
        {
            var bank = request.Bank;
            if (Queue.Find(r => r.Bank == bank) != request || Hit(bank) is not null || Blocked(bank))
            {
                continue;
            }

            var command = _openRow[bank] is null ? Command.Activate : Command.Precharge;
            if (!CanIssue(command, bank, cycle))
            {
                continue;
            }

            Issue(command, bank, cycle, request.Local);
            if (command == Command.Activate)
            {
                _openRow[bank] = request.Row;
                _served[bank] = 0;
                request.CausedActivate = true;
            }
            else
            {
                _openRow[bank] = null;
                request.CausedPrecharge = true;
            }

            return;
        }
    }

    private bool CanIssue(Command command, int bank, long cycle) => _buses.Free(command, cycle) && _timings.Allows(command, bank, cycle);

    private void Issue(Command command, int bank, long cycle, long local)
    {
        _buses.Take(command, cycle);
        _channel.LastServed = _index;
        _timings.Note(command, bank, cycle);
        Counters.Sums[(int)Counter.FirstCommand + (int)command]++;
        _channel.Log.Commands?.Add(new LoggedCommand(cycle, command, _index, bank, local));
    }

    private void Complete(bool isWrite, int slot, int port, long ordinal, long entered, long done)
    {
        Counters.Sums[(int)(isWrite ? Counter.Writes : Counter.Reads)]++;
        Counters.Sums[(int)(isWrite ? Counter.WriteLatency : Counter.ReadLatency)] += done - entered;
        if (!isWrite)
        {
            Counters.Peaks[(int)Peak.ReadLatency] = Math.Max(Counters.Peaks[(int)Peak.ReadLatency], done - entered);
            Counters.Latencies.Counts[LatencyHistogram.BucketOf(done - entered)]++;
        }

        _input.Transfers.Completed(slot, done);
        _channel.Log.Completions?.Add(new LoggedCompletion(_index, port, ordinal, done));
    }
}
