using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>
/// Planning: which command comes next, and when. A candidate is one number: start relative to the planning cycle, class, age, bank, from the
/// most significant bits down; the least of all candidates is the plan. Eight banks are compared at a time.
/// </summary>
internal sealed unsafe partial class EventPseudoChannel
{
    private const int CycleShift = 40;
    private const int ClassShift = 38;
    private const int AgeShift = 6;
    private const long NoCandidate = long.MaxValue;

    /// <summary>Not before any candidate of the planning cycle itself.</summary>
    private const long NextCycle = 1L << CycleShift;
    private const int NoPlan = -1;
    private const int FewBanks = 2;
    private const int RefreshClass = 0;
    private const int ColumnClass = 1;
    private const int RowClass = 2;

    // For each bank the lower part of its candidate, or NoCandidate; a bank stands in at most one of the three.
    private readonly long[] _columnKeys;
    private readonly long[] _activateKeys;
    private readonly long[] _prechargeKeys;
    private readonly long* _columnKey;
    private readonly long* _activateKey;
    private readonly long* _prechargeKey;

    // The same as sets of banks.
    private ulong _hitBanks;
    private ulong _closedBanks;
    private ulong _conflictBanks;

    // No closed bank can be activated and no bank with a conflict precharged before these cycles: gates only move up, and a bank that joins
    // lowers the bound.
    private long _activateBound;
    private long _prechargeBound;

    private long _planCycle;
    private int _planClass = NoPlan;
    private int _planBank;

    /// <summary>Finds the first thing to do from a cycle on, among the classes from <paramref name="firstClass"/>.</summary>
    /// <param name="floor">The cycle.</param>
    /// <param name="firstClass">The class.</param>
    /// <param name="before">Only candidates before this one count.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Plan(long floor, int firstClass, long before = NoCandidate)
    {
        var best = before;
        var blocked = 0UL;
        if (_owedRanks > 0)
        {
            blocked = PlanRefresh(floor, firstClass == RefreshClass, ref best);
        }

        if ((_hitBanks & ~blocked) != 0 && firstClass <= ColumnClass)
        {
            best = Math.Min(best, Best(Writing ? Command.Write : Command.Read, _columnKey, _hitBanks & ~blocked, floor));
        }

        PlanRows(floor, blocked, best, before);
    }

    /// <summary>Finds out whether a row command comes before the best candidate of the other classes, and plans what comes first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PlanRows(long floor, ulong blocked, long best, long before)
    {
        // A row command counts only if it could start before what is planned; for most plans the bounds tell that it could not.
        var ready = best >> CycleShift;
        if ((_closedBanks & ~blocked) != 0 && _activateBound - floor < ready)
        {
            var activate = Best(Command.Activate, _activateKey, _closedBanks & ~blocked, floor);
            _activateBound = blocked == 0 ? floor + (activate >> CycleShift) : _activateBound;
            best = Math.Min(best, activate);
            ready = best >> CycleShift;
        }

        if ((_conflictBanks & ~blocked) != 0 && _prechargeBound - floor is var bound
            && (bound < ready || (bound == ready && ((best >> ClassShift) & 3) == RowClass)))
        {
            var precharge = Best(Command.Precharge, _prechargeKey, _conflictBanks & ~blocked, floor);
            _prechargeBound = blocked == 0 ? floor + (precharge >> CycleShift) : _prechargeBound;
            best = Math.Min(best, precharge);
        }

        var next = Math.Min(NextArrival, _nextDue);
        if (best == before)
        {
            _planClass = NoPlan;
            Wake = next;
            return;
        }

        _planCycle = floor + (best >> CycleShift);
        _planClass = (int)(best >> ClassShift) & 3;
        _planBank = (int)best & ((1 << AgeShift) - 1);
        Wake = Math.Min(_planCycle, next);
    }

    /// <summary>Whether a row command may be allowed in a cycle, as far as the bounds tell.</summary>
    private bool RowMayStart(long cycle) => (_closedBanks != 0 && _activateBound <= cycle) || (_conflictBanks != 0 && _prechargeBound <= cycle);

    /// <summary>The best candidate for one command over a set of banks.</summary>
    private long Best(Command command, long* keys, ulong banks, long floor)
    {
        var bus = _busOf[(int)command];
        var earliest = floor;
        if (bus.Clear > floor)
        {
            if (!bus.IsRunFrom(floor))
            {
                return BestWithHoles(command, keys, banks, floor);
            }

            earliest = bus.Clear;
        }

        var gates = _bankGate + (int)command * _banks;
        var rankGates = _rankGate + (int)command * _ranks;
        if (BitOperations.PopCount(banks) <= FewBanks)
        {
            // One by one: reading a few numbers just written is quicker than waiting for a whole vector of them.
            var least1 = NoCandidate;
            for (; banks != 0; banks &= banks - 1)
            {
                var bank = BitOperations.TrailingZeroCount(banks);
                var cycle1 = Larger(Larger(gates[bank], earliest), rankGates[bank >> _rankShift]) - floor;
                least1 = Smaller(least1, (cycle1 << CycleShift) | keys[bank]);
            }

            return least1;
        }

        var best = Vector512.Create(NoCandidate);
        for (var first = 0; first < _banks; first += 8)
        {
            if (((banks >> first) & 255) == 0)
            {
                continue;
            }

            var from = Vector512.Create(Math.Max(earliest, rankGates[first >> _rankShift]));
            var cycle = Vector512.Max(Vector512.Load(gates + first), from) - Vector512.Create(floor);
            best = Vector512.Min(best, (cycle << CycleShift) | Vector512.Load(keys + first));
        }

        var half = Vector256.Min(best.GetLower(), best.GetUpper());
        var quarter = Vector128.Min(half.GetLower(), half.GetUpper());
        var least = Math.Min(quarter.ToScalar(), quarter.GetElement(1));

        // Keys know nothing of refreshes: if a bank that waits for one came first, look again without those banks.
        return ((banks >> ((int)least & ((1 << AgeShift) - 1))) & 1) != 0 || least == NoCandidate ? least : BestWithHoles(command, keys, banks, floor);
    }

    /// <summary>The larger of two numbers whose difference fits, without a branch to mispredict.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Larger(long a, long b) => a - ((a - b) & ((a - b) >> 63));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Smaller(long a, long b) => b + ((a - b) & ((a - b) >> 63));

    /// <summary>The same, one bank at a time: for buses with free cycles between taken ones, and for part of the banks.</summary>
    private long BestWithHoles(Command command, long* keys, ulong banks, long floor)
    {
        var best = NoCandidate;
        var pattern = _patterns[(int)command];
        var bus = _busOf[(int)command];
        for (; banks != 0; banks &= banks - 1)
        {
            var bank = BitOperations.TrailingZeroCount(banks);
            var cycle = bus.Fit(Math.Max(Gate(bank, (int)command), floor), pattern) - floor;
            best = Math.Min(best, (cycle << CycleShift) | keys[bank]);
        }

        return best;
    }

    /// <summary>Plans the next step of a refresh that is forced, or due while nothing wants its banks; returns the banks that wait for it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
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
            if (!Flushing[rank] && AnyQueuedFor(bank, _perBankRefresh ? 1 : _banksPerRank))
            {
                continue;
            }

            blocked |= _perBankRefresh ? 1UL << bank : (_banksPerRank == 64 ? ulong.MaxValue : (1UL << _banksPerRank) - 1) << first;
            if (mayPlan)
            {
                var command = (int)RefreshStep(bank);
                var cycle = _busOf[command].Fit(Math.Max(Gate(bank, command), floor), _patterns[command]) - floor;
                best = Math.Min(best, (cycle << CycleShift) | Key(RefreshClass, (uint)rank, bank));
            }
        }

        return blocked;
    }

    /// <summary>What a refresh of a bank, or of the rank that starts with it, needs next.</summary>
    private Command RefreshStep(int bank) => _perBankRefresh
        ? _openRow[bank] >= 0 ? Command.Precharge : Command.RefreshPerBank
        : OpenBanks[bank >> _rankShift] > 0 ? Command.PrechargeAll : Command.RefreshAllBank;

    /// <summary>The planned command; what decides it has not changed since it was planned.</summary>
    private Command PlannedCommand()
    {
        if (_planClass == ColumnClass)
        {
            var plain = Writing ? Command.Write : Command.Read;
            return _closedPage && IsLastOfItsRow(_hit[(Writing ? _banks : 0) + _planBank]) ? WithAutoPrecharge(plain) : plain;
        }

        return _planClass == RefreshClass ? RefreshStep(_planBank) : _openRow[_planBank] < 0 ? Command.Activate : Command.Precharge;
    }

    private static Command WithAutoPrecharge(Command plain) => plain == Command.Read ? Command.ReadAutoPrecharge : Command.WriteAutoPrecharge;

    /// <summary>The earliest start of a command; rank-wide commands have no gates of banks.</summary>
    private long Gate(int bank, int command) =>
        Math.Max(_bankGate[command * _banks + bank], _rankGate[command * _ranks + (bank >> _rankShift)]);

    private static long Key(int candidateClass, uint age, int bank) => ((long)candidateClass << ClassShift) | ((long)age << AgeShift) | (uint)bank;

    /// <summary>Files a bank under what it wants next in the current direction.</summary>
    private void Classify(int bank)
    {
        var bit = 1UL << bank;
        var list = (Writing ? _banks : 0) + bank;
        var head = _head[list];
        _hitBanks &= ~bit;
        _closedBanks &= ~bit;
        _conflictBanks &= ~bit;
        _columnKey[bank] = NoCandidate;
        _activateKey[bank] = NoCandidate;
        _prechargeKey[bank] = NoCandidate;
        if (head < 0)
        {
            return;
        }

        var open = _openRow[bank];
        var hit = _hit[list];
        if (open < 0)
        {
            _closedBanks |= bit;
            _activateBound = Math.Min(_activateBound, _bankGate[(int)Command.Activate * _banks + bank]);
            _activateKey[bank] = Key(RowClass, _entry[head].Sequence, bank);
        }
        else if (hit >= 0 && (_served[bank] < _cap || _entry[head].Row == open))
        {
            _hitBanks |= bit;
            _oldestHit = Math.Min(_oldestHit, _entry[hit].Sequence);
            _columnKey[bank] = Key(ColumnClass, _entry[hit].Sequence, bank);
        }
        else
        {
            _conflictBanks |= bit;
            _prechargeBound = Math.Min(_prechargeBound, _bankGate[(int)Command.Precharge * _banks + bank]);
            _prechargeKey[bank] = Key(RowClass, _entry[head].Sequence, bank);
        }
    }

    private void ClassifyAll()
    {
        for (var bank = 0; bank < _banks; bank++)
        {
            Classify(bank);
        }
    }
}
