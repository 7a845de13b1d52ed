using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Standards;

namespace Accel.Dram;

/// <summary>Beginning anew in one known state: what follows does not depend on what was before.</summary>
public sealed partial class DramSystem
{
    private readonly RestartSequence _restart;

    /// <summary>Booked before the last restart, for channels that each are simulated alone.</summary>
    private Counters[][]? _earlier;
    private long _ticksBefore;

    /// <summary>A channel as it is after a restart, where all begin alike.</summary>
    private Channel? _begun;

    /// <summary>Ticks that a restart takes.</summary>
    public Cycles RestartTicks => new(_restart.Length);

    /// <summary>
    /// Brings an idle memory into the state in which it always begins anew: from a cycle on the controllers close all rows and refresh all ranks, ahead of
    /// time, wait until the devices are ready for any command, and forget whose turn it was. Cycles and numbers of transfers then count from 0 again;
    /// reports go on to tell of all since the beginning.
    /// </summary>
    /// <param name="at">A cycle not before <see cref="Now"/>.</param>
    /// <returns>How long it takes: cycle 0 is so much later than <paramref name="at"/>.</returns>
    /// <exception cref="InvalidOperationException">A transfer is under way, or something is recorded.</exception>
    public Cycles Restart(Cycles at)
    {
        RunChannels(at.Value);
        _classes.ForEach(shared => shared.Channel.Settle());
        Harvest();
        if (_unfinished > 0 || at < Now || _recording != Recording.None)
        {
            throw new InvalidOperationException($"A restart at {at.Value} needs a memory that is idle, has come no further (it is at {Now.Value}), and records nothing.");
        }

        if (_settled is null)
        {
            _earlier ??= EmptyCounters();
            foreach (var shared in _classes)
            {
                BookAlone(shared);
            }
        }
        else
        {
            _classes.ForEach(Settle);
        }

        CountRestart();
        _ticksBefore += at.Value + _restart.Length;
        BeginAgain();
        return RestartTicks;
    }

    /// <summary>The state after a restart.</summary>
    private void BeginAgain()
    {
        (_isRestarted, _isBooked) = (true, false);
        _transfers.Clear();
        _completed.Clear();
        (_added, _harvested, _entered, _unfinished) = (0, 0, 0, 0);
        (_nextMerge, _lastOfMerged) = (0, -1);
        _fitting.Clear();
        Now = default;
        if (_orderOf is not null && _settled is not null && _begun is not null)
        {
            // The same channels again: making them anew takes as long as a good part of a short run.
            _classes.ForEach(shared => _spare.Push(shared.Channel));
            _classes.Clear();
            var first = _spare.Pop();
            first.CopyFrom(_begun);
            _classes.Add(new ChannelClass(first, [.. Enumerable.Range(0, Config.Channels)]));
            return;
        }

        _classes.Clear();
        _spare.Clear();
        MakeClasses();
        _begun = _orderOf is not null ? MakeChannel(0, new ChannelLog(), _tables[0]) : null;
    }

    private Counters[][] EmptyCounters() =>
        [.. Enumerable.Range(0, Config.Channels).Select(_ => Enumerable.Range(0, Config.Device.PseudoChannels).Select(_ => new Counters()).ToArray())];

    private void BookAlone(ChannelClass alone)
    {
        for (var i = 0; i < alone.Channel.Inputs.Length; i++)
        {
            _earlier![alone.Members[0]][i].Add(alone.Channel.CountersOf(i));
        }
    }

    /// <summary>Books the commands of a restart, and how long rows stay open in it.</summary>
    private void CountRestart()
    {
        var device = Config.Device;
        foreach (var shared in _classes)
        {
            for (var i = 0; i < device.PseudoChannels; i++)
            {
                var active = 0L;
                for (var rank = 0; rank < device.Ranks; rank++)
                {
                    active += shared.Channel.IsOpen(i, rank) ? _restart.PrechargeOf(rank, i) : 0;
                }

                foreach (var member in shared.Members)
                {
                    var sums = (_settled ?? _earlier)![member][i].Sums;
                    sums[(int)Counter.ActiveRankTicks] += active;
                    sums[(int)Counter.FirstCommand + (int)Command.PrechargeAll] += device.Ranks;
                    sums[(int)Counter.FirstCommand + (int)Command.RefreshAllBank] += device.Ranks;
                }
            }
        }
    }
}
