using System.Numerics;

namespace Accel.Compiler.Scheduling;

/// <summary>A command by its unit and its place in the program.</summary>
/// <param name="Unit">Number of the unit.</param>
/// <param name="Index">Grows along the program; -1 for none.</param>
internal readonly record struct Issue(int Unit, int Index);

/// <summary>
/// Who wrote and who read each byte of the scratchpad last, and what each unit is known to run behind: finds the waits without which a
/// command would meet a byte too early. Reads wait for the last writer, writes for the last writer and all readers since.
/// </summary>
internal sealed class HazardTracker
{
    private readonly int _units;
    private readonly List<Segment> _segments;
    private readonly Knowledge[] _known;
    private readonly List<(int From, Knowledge Known)>[] _history;

    public HazardTracker(int units, long capacity)
    {
        _units = units;
        _segments = [new Segment(0, capacity, Nobody(), Nobody())];
        _known = new Knowledge[units];
        _history = new List<(int, Knowledge)>[units];
        for (var unit = 0; unit < units; unit++)
        {
            _known[unit] = new(Nobody(), unit, -1);
            _history[unit] = [(0, _known[unit])];
        }
    }

    /// <summary>Adds to <paramref name="latest"/>, by unit, the last command that an access must follow.</summary>
    public void Collect(int unit, Block block, bool isWrite, Span<int> latest)
    {
        var own = latest[unit];
        for (var i = Find(block.Start); i < _segments.Count && _segments[i].Start < block.End; i++)
        {
            Raise(latest, _segments[i].Writers);
            if (isWrite)
            {
                Raise(latest, _segments[i].Readers);
            }
        }

        latest[unit] = own;
    }

    /// <summary>To the greater of two, unit by unit.</summary>
    private static void Raise(Span<int> latest, ReadOnlySpan<int> others)
    {
        var unit = 0;
        for (; unit <= latest.Length - Vector<int>.Count; unit += Vector<int>.Count)
        {
            Vector.Max(new Vector<int>(latest[unit..]), new Vector<int>(others[unit..])).CopyTo(latest[unit..]);
        }

        for (; unit < latest.Length; unit++)
        {
            latest[unit] = Math.Max(latest[unit], others[unit]);
        }
    }

    /// <summary>Whether a unit runs behind a command of another without any more waiting.</summary>
    public bool IsBehind(int unit, Issue issue) => _known[unit].Of(issue.Unit) >= issue.Index;

    /// <summary>A unit waits for a command: it runs behind all that the command ran behind.</summary>
    /// <param name="from">Place in the program from which on the unit does so.</param>
    public void Wait(int unit, Issue issue, int from)
    {
        // What a unit knows grows by waits alone: one entry for each place at which it does tells it for every command.
        var history = _history[unit];
        var (known, behind) = (_known[unit], KnownAt(issue));
        if (behind.Covers(known, issue))
        {
            // The common case: units but the hub wait for the hub alone, which knows all that they know.
            known = behind with { Unit = issue.Unit, Index = issue.Index };
        }
        else
        {
            int[] latest = [.. known.Latest];
            latest[known.Unit] = known.Of(known.Unit);
            Raise(latest, behind.Latest);
            latest[behind.Unit] = Math.Max(latest[behind.Unit], behind.Index);
            latest[issue.Unit] = Math.Max(latest[issue.Unit], issue.Index);
            known = new(latest, unit, -1);
        }

        _known[unit] = known;
        if (history[^1].From < from)
        {
            history.Add((from, known));
        }
        else
        {
            history[^1] = (from, known);
        }
    }

    /// <summary>What a command runs behind.</summary>
    private Knowledge KnownAt(Issue issue)
    {
        var history = _history[issue.Unit];
        var (low, high) = (0, history.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = history[middle].From <= issue.Index ? (middle, high) : (low, middle - 1);
        }

        return history[low].Known;
    }

    /// <summary>Enters an access of a command.</summary>
    /// <param name="isShared">Whether other units write the block too, without order among them: parts of one result.</param>
    public void Record(Issue issue, Block block, bool isWrite, bool isShared = false)
    {
        if (block.Length == 0)
        {
            return;
        }

        var first = Split(block.Start);
        var end = Split(block.End);
        if (isWrite && !isShared)
        {
            // Nothing that was before counts any more: the parts are one again.
            _segments[first].End = block.End;
            _segments.RemoveRange(first + 1, end - first - 1);
            Array.Fill(_segments[first].Writers, -1);
            Array.Fill(_segments[first].Readers, -1);
            end = first + 1;
        }

        for (var i = first; i < end; i++)
        {
            (isWrite ? _segments[i].Writers : _segments[i].Readers)[issue.Unit] = issue.Index;
        }
    }

    private int[] Nobody()
    {
        var units = new int[_units];
        Array.Fill(units, -1);
        return units;
    }

    /// <summary>The segment that holds an address.</summary>
    private int Find(long address)
    {
        var (low, high) = (0, _segments.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _segments[middle].Start <= address ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <summary>Lets a segment begin at an address.</summary>
    /// <returns>Its index; at the end of the scratchpad the number of segments.</returns>
    private int Split(long address)
    {
        var i = Find(address);
        var segment = _segments[i];
        if (address == segment.Start)
        {
            return i;
        }

        if (address < segment.End)
        {
            _segments.Insert(i + 1, new(address, segment.End, [.. segment.Writers], [.. segment.Readers]));
            segment.End = address;
        }

        return i + 1;
    }

    /// <summary>The last command of each unit that another runs behind. Never changed, so that units may share it.</summary>
    /// <param name="Latest">By unit.</param>
    /// <param name="Unit">Of this unit it is <paramref name="Index"/>, if that is later.</param>
    private readonly record struct Knowledge(int[] Latest, int Unit, int Index)
    {
        public int Of(int unit) => unit == Unit ? Math.Max(Latest[unit], Index) : Latest[unit];

        /// <summary>Whether this, with an issue more and without the one that it has beside, is no less than another.</summary>
        public bool Covers(Knowledge other, Issue issue)
        {
            var with = this with { Unit = issue.Unit, Index = issue.Index };
            if (Index > with.Of(Unit) || other.Index > with.Of(other.Unit))
            {
                return false;
            }

            for (var unit = 0; !ReferenceEquals(Latest, other.Latest) && unit < Latest.Length; unit++)
            {
                if (other.Latest[unit] > with.Of(unit))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <param name="writers">Last command of each unit that wrote here since the last one that wrote alone.</param>
    /// <param name="readers">Likewise those that read.</param>
    private sealed class Segment(long start, long end, int[] writers, int[] readers)
    {
        public long Start { get; } = start;

        public long End { get; set; } = end;

        public int[] Writers { get; } = writers;

        public int[] Readers { get; } = readers;
    }
}
