using Accel.Core.Units;
using Accel.Dram.Reports;
using Accel.Dram.Streams;

namespace Accel.Dram.Replay;

/// <summary>
/// A memory that is used in episodes, each behind a restart, and answers as the memory itself would. Episodes begin in one state, so what is sent in the
/// same cycles completes in the same cycles: as long as an episode is like an earlier one, its completions are those of then, and nothing is simulated.
/// </summary>
/// <remarks>
/// An episode is recorded until a transfer gives the channels of the memory different things to do (a store of a few bytes, at the end of a token), and
/// the state there is kept. Another episode that is like it as far as that goes on from there. One that differs sooner is simulated from
/// its beginning: what it did so far is done again.
/// </remarks>
/// <param name="memory">Forgets what has completed, and is used through this alone.</param>
public sealed class ReplayedMemory(DramSystem memory)
{
    /// <summary>Episodes that are kept, the last ones: a token may differ from the last one and be like one before.</summary>
    private const int MostRecords = 3;

    /// <summary>An episode with more events is not recorded.</summary>
    private const int MostEvents = 1 << 18;

    private readonly List<MemoryRecord> _records = [];

    /// <summary>The record that is followed; null when the memory itself is at work.</summary>
    private MemoryRecord? _followed;
    private int _done;
    private int _sent;

    /// <summary>It was asked for completions up to this cycle since the last one, in vain.</summary>
    private long _quietUntil;

    /// <summary>The record that is made; null if none is.</summary>
    private MemoryRecord? _made;

    /// <summary>Episodes of which the beginning was not simulated.</summary>
    public int Replayed { get; private set; }

    /// <inheritdoc cref="DramSystem.Enqueue(DmaDescriptor, Cycles, int)"/>
    public int Enqueue(in DmaBlock block, Cycles earliest, int port)
    {
        // What is sent in a cycle completes later.
        _quietUntil = Math.Min(_quietUntil, earliest.Value);
        if (_followed is not null)
        {
            if (Follow(block, earliest.Value, port))
            {
                return _sent++;
            }

            GoOn(earliest.Value);
        }

        var descriptor = block.Descriptor();
        if (_made is not null && memory.SetsApart(descriptor))
        {
            Keep();
        }

        var number = memory.Enqueue(descriptor, earliest, port);
        _made?.AddSent(earliest.Value, port, block);
        _sent++;
        return number;
    }

    /// <inheritdoc cref="DramSystem.AdvanceToNextCompletion(Cycles)"/>
    public (int Transfer, Cycles Cycle)? AdvanceToNextCompletion(Cycles latest)
    {
        if (_followed is not null)
        {
            if (_done < _followed.Count && _followed[_done] is { IsSent: false } next && next.Cycle <= latest.Value)
            {
                _done++;
                _quietUntil = -1;
                return (next.Number, new Cycles(next.Cycle));
            }

            if (_followed.IsQuiet(_done, latest.Value))
            {
                return Nothing(latest);
            }

            GoOn(latest.Value);
        }

        if (memory.AdvanceToNextCompletion(latest) is not var (transfer, cycle))
        {
            return Nothing(latest);
        }

        _quietUntil = -1;
        Note(cycle.Value, transfer);
        return (transfer, cycle);
    }

    /// <inheritdoc cref="DramSystem.Restart"/>
    public Cycles Restart(Cycles at)
    {
        GoOn(at.Value);
        Keep();

        var ticks = memory.Restart(at);
        Begin();
        return ticks;
    }

    /// <summary>The first episode of a memory that was made as after a restart.</summary>
    public void Begin()
    {
        (_done, _sent, _quietUntil) = (0, 0, -1);
        _followed = _records.Count > 0 ? _records[^1] : null;
        _made = _followed is null && memory.ChannelsAreAlike ? new() : null;
    }

    /// <inheritdoc cref="DramSystem.Finish"/>
    public DramReport Finish()
    {
        GoOn(long.MaxValue);
        return memory.Finish();
    }

    /// <summary>Whether the record sends the same next, or another that began alike does.</summary>
    private bool Follow(in DmaBlock block, long cycle, int port)
    {
        if (!_followed!.Sends(_done, _sent, cycle, port, block) && !TryAnother(block, cycle, port))
        {
            return false;
        }

        _done++;
        return true;
    }

    private bool TryAnother(in DmaBlock block, long cycle, int port)
    {
        foreach (var record in _records)
        {
            if (record.Sends(_done, _sent, cycle, port, block) && record.BeginsAs(_followed!, _done, _sent))
            {
                _followed = record;
                return true;
            }
        }

        return false;
    }

    /// <summary>Nothing completes up to a cycle.</summary>
    private (int Transfer, Cycles Cycle)? Nothing(Cycles latest)
    {
        _quietUntil = Math.Max(_quietUntil, latest.Value);
        return null;
    }

    /// <summary>
    /// The memory itself goes on from here: from where the record ends if that has been reached, also in time, for the memory may have been further then than at its
    /// last event.
    /// </summary>
    /// <param name="cycle">Nothing is sent before it.</param>
    private void GoOn(long cycle)
    {
        if (_followed is null)
        {
            return;
        }

        if (_done < _followed.Count || cycle < _followed.End!.Now.Value)
        {
            Part();
            return;
        }

        memory.GoTo(_followed.End);
        Replayed++;
        _followed = null;
    }

    /// <summary>Goes on otherwise than the record does: the memory does what has happened so far, and goes on from there.</summary>
    private void Part()
    {
        var (record, done) = (_followed!, _done);
        _followed = null;
        var sent = 0;
        for (var i = 0; i < done; i++)
        {
            var happened = record[i];
            if (happened.IsSent)
            {
                memory.Enqueue(record.Sent(sent++).Descriptor(), new Cycles(happened.Cycle), happened.Number);
            }
            else if (memory.AdvanceToNextCompletion(new Cycles(happened.Cycle)) != (happened.Number, new Cycles(happened.Cycle)))
            {
                throw new InvalidOperationException($"Transfer {happened.Number} completed in another cycle than {happened.Cycle}, as it did after an earlier restart.");
            }
        }

        _made = new(record, done, sent);
    }

    private void Note(long cycle, int transfer)
    {
        _made?.AddCompleted(cycle, transfer);
        if (_made?.Count > MostEvents)
        {
            _made = null;
        }
    }

    /// <summary>Ends the record that is made, and keeps it unless it is empty.</summary>
    private void Keep()
    {
        if (_made is { Count: > 0 } made && memory.HasCheckpoint)
        {
            made.Trim();
            (made.End, made.QuietUntil) = (memory.Checkpoint(), _quietUntil);
            _records.Add(made);
            if (_records.Count > MostRecords)
            {
                _records.RemoveAt(0);
            }
        }

        _made = null;
    }
}
