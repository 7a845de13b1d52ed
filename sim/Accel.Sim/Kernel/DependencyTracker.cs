using Accel.Isa;
using Accel.Isa.Commands;

namespace Accel.Sim.Kernel;

/// <summary>
/// Proves that whatever touches the same bytes is ordered by the program, not by luck. Each unit has a vector clock: how many commands of
/// every other unit are done before its next one starts. A semaphore hands the signaller's clock to the waiter.
/// </summary>
internal sealed class DependencyTracker
{
    /// <summary>Stamp of bytes that were written before all that runs: by the host, or before a fence.</summary>
    private const long Old = 1;

    private const int SequenceBits = 44;

    private readonly int _units;
    private readonly long[][] _clocks;
    private readonly long[] _issued;
    private readonly List<int>[] _history;
    private readonly long[] _historyStart;
    private readonly Dictionary<(Space, int), Region> _regions = [];
    private readonly Stack<long[]> _freeClocks = [];

    public DependencyTracker(int units)
    {
        _units = units;
        _clocks = [.. Enumerable.Range(0, units).Select(_ => new long[units])];
        _issued = new long[units];
        _history = [.. Enumerable.Range(0, units).Select(_ => new List<int>())];
        _historyStart = new long[units];
    }

    /// <summary>Bytes of one address space.</summary>
    private sealed class Region(int units)
    {
        public readonly RangeMap Writers = new();
        public readonly RangeMap?[] Readers = new RangeMap?[units];
    }

    /// <summary>The host wrote these bytes.</summary>
    public void MarkWritten(Space space, int bank, long start, long length) => RegionOf(space, bank).Writers.Assign(start, start + length, Old);

    /// <summary>Of what stands in the scratchpad, only the residents count as written: a run relies on nothing else.</summary>
    public void ForgetScratchpad(IReadOnlyList<Segment> residents)
    {
        var writers = RegionOf(Space.Scratchpad, 0).Writers;
        writers.Assign(0, long.MaxValue, 0);
        foreach (var resident in residents)
        {
            writers.Assign(resident.Start, resident.End, Old);
        }
    }

    /// <summary>All that was issued is done, and known to be done by all.</summary>
    public void Fence()
    {
        foreach (var clock in _clocks)
        {
            _issued.CopyTo(clock, 0);
        }

        foreach (var region in _regions.Values)
        {
            region.Writers.Level(Old);
            foreach (var readers in region.Readers)
            {
                readers?.Clear();
            }
        }

        for (var unit = 0; unit < _units; unit++)
        {
            _history[unit].Clear();
            _historyStart[unit] = _issued[unit];
        }
    }

    /// <summary>A copy of the unit's clock, its own last command included; give it back with <see cref="Join"/>.</summary>
    public long[] Snapshot(int unit)
    {
        var copy = _freeClocks.TryPop(out var free) ? free : new long[_units];
        _clocks[unit].CopyTo(copy, 0);
        copy[unit] = _issued[unit];
        return copy;
    }

    /// <summary>A copy of a snapshot, to be given back likewise.</summary>
    public long[] Copy(long[] snapshot)
    {
        var copy = _freeClocks.TryPop(out var free) ? free : new long[_units];
        snapshot.CopyTo(copy, 0);
        return copy;
    }

    /// <summary>A snapshot that nobody waits for any more.</summary>
    public void Release(long[] snapshot) => _freeClocks.Push(snapshot);

    /// <summary>The unit has waited for the snapshot.</summary>
    /// <param name="release">Whether nobody else will wait for it.</param>
    public void Join(int unit, long[] snapshot, bool release)
    {
        var clock = _clocks[unit];
        for (var i = 0; i < _units; i++)
        {
            clock[i] = Math.Max(clock[i], snapshot[i]);
        }

        if (release)
        {
            _freeClocks.Push(snapshot);
        }
    }

    /// <summary>Checks and notes what a command touches; its waits have been joined.</summary>
    /// <returns>Null, or what is wrong: with whom (instruction) if another command is involved.</returns>
    public Conflict? Execute(int unit, int instruction, ReadOnlySpan<Access> accesses)
    {
        foreach (var access in accesses)
        {
            if (Check(unit, access) is { } conflict)
            {
                return conflict;
            }
        }

        var sequence = ++_issued[unit];
        _history[unit].Add(instruction);
        var stamp = ((long)(unit + 1) << SequenceBits) | sequence;
        foreach (var access in accesses)
        {
            var region = RegionOf(access.Space, access.Bank);
            if (access.IsWrite)
            {
                region.Writers.Assign(access.Start, access.End, stamp);
                foreach (var readers in region.Readers)
                {
                    readers?.Assign(access.Start, access.End, 0);
                }
            }
        }

        // Behind the writes: a command that reads what it writes is still a reader of it.
        foreach (var access in accesses)
        {
            if (!access.IsWrite)
            {
                (RegionOf(access.Space, access.Bank).Readers[unit] ??= new()).Assign(access.Start, access.End, sequence);
            }
        }

        return null;
    }

    private Conflict? Check(int unit, in Access access)
    {
        var region = RegionOf(access.Space, access.Bank);
        var clock = _clocks[unit];
        var writers = region.Writers;
        for (var i = writers.IndexOf(access.Start); i < writers.Count; i++)
        {
            var (start, end, stamp) = writers.Run(i);
            if (start >= access.End)
            {
                break;
            }

            if (stamp == 0 && !access.IsWrite)
            {
                return new(FaultKind.NeverWritten, access, Math.Max(start, access.Start), -1, -1, false);
            }

            var writer = (int)(stamp >> SequenceBits) - 1;
            var sequence = stamp & ((1L << SequenceBits) - 1);
            if (stamp > Old && writer != unit && sequence > clock[writer])
            {
                return new(FaultKind.Unordered, access, Math.Max(start, access.Start), writer, InstructionOf(writer, sequence), true);
            }
        }

        if (!access.IsWrite)
        {
            return null;
        }

        for (var reader = 0; reader < _units; reader++)
        {
            if (reader == unit || region.Readers[reader] is not { } readers)
            {
                continue;
            }

            for (var i = readers.IndexOf(access.Start); i < readers.Count; i++)
            {
                var (start, _, sequence) = readers.Run(i);
                if (start >= access.End)
                {
                    break;
                }

                if (sequence > clock[reader])
                {
                    return new(FaultKind.Unordered, access, Math.Max(start, access.Start), reader, InstructionOf(reader, sequence), false);
                }
            }
        }

        return null;
    }

    private int InstructionOf(int unit, long sequence) => _history[unit][(int)(sequence - _historyStart[unit] - 1)];

    private Region RegionOf(Space space, int bank)
    {
        if (!_regions.TryGetValue((space, bank), out var region))
        {
            region = new(_units);
            _regions.Add((space, bank), region);
        }

        return region;
    }
}

/// <summary>Two commands at the same bytes without order, or a read of bytes that nobody wrote.</summary>
/// <param name="Access">What the later command does.</param>
/// <param name="Address">The first address in question.</param>
/// <param name="Unit">The other command's unit; -1 if there is none.</param>
/// <param name="Instruction">The other command.</param>
/// <param name="OtherWrites">Whether the other command writes there.</param>
internal sealed record Conflict(FaultKind Kind, Access Access, long Address, int Unit, int Instruction, bool OtherWrites);
