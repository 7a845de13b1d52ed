using Accel.Isa.Operands;

namespace Accel.Sim.Kernel;

/// <summary>The counting semaphores: what is given and not yet taken, in order, with the giver's clock and the cycle.</summary>
internal sealed class SemaphoreFile
{
    /// <summary>No cycle that is known.</summary>
    public const long Never = long.MaxValue;

    /// <summary>No cycle: what is asked for belongs to another unit.</summary>
    public const long Shared = -1;

    private readonly Semaphore[] _semaphores;

    public SemaphoreFile(int count)
    {
        _semaphores = new Semaphore[count];
        Fence();
    }

    /// <summary>The unit that signals a semaphore, as far as it has since the last fence; -1 if nobody has.</summary>
    public int GiverOf(int semaphore) => _semaphores[semaphore].Giver;

    /// <summary>The first of a command's waits that cannot be taken now; -1 if all can.</summary>
    public int FirstMissing(ReadOnlySpan<SemaphoreUse> waits)
    {
        foreach (var use in waits)
        {
            if (_semaphores[use.Semaphore].Available < use.Count)
            {
                return use.Semaphore;
            }
        }

        return -1;
    }

    public long Available(int semaphore) => _semaphores[semaphore].Available;

    /// <summary>Whether all of a command's waits can be taken now.</summary>
    public bool CanTake(ReadOnlySpan<SemaphoreUse> waits) => FirstMissing(waits) < 0;

    /// <summary>Takes all of a command's waits as soon as they are given.</summary>
    /// <param name="unit">The taker.</param>
    /// <param name="waits">Its waits; one or more.</param>
    /// <param name="tracker">Of the proof of order; null without it.</param>
    /// <param name="last">The first of those that are given last, or that are missing, or that another unit waits for as well.</param>
    /// <returns>The cycle in which that is; <see cref="Never"/> if it is not known yet, <see cref="Shared"/> if another unit waits as well.</returns>
    public long TryTake(int unit, ReadOnlySpan<SemaphoreUse> waits, DependencyTracker? tracker, out int last)
    {
        (last, var ready) = (-1, -1L);
        foreach (var use in waits)
        {
            ref readonly var semaphore = ref _semaphores[use.Semaphore];
            if (semaphore.Available < use.Count)
            {
                last = use.Semaphore;
                return Never;
            }

            var cycle = semaphore.CycleOf(use.Count);
            if (cycle > ready)
            {
                (last, ready) = (use.Semaphore, cycle);
            }
        }

        if (Take(unit, waits, tracker) is >= 0 and var shared)
        {
            last = shared;
            return Shared;
        }

        return ready;
    }

    /// <returns>A semaphore that another unit waits for as well; -1 if all is well.</returns>
    public int Take(int unit, ReadOnlySpan<SemaphoreUse> waits, DependencyTracker? tracker)
    {
        foreach (var use in waits)
        {
            ref var semaphore = ref _semaphores[use.Semaphore];
            if (semaphore.Taker >= 0 && semaphore.Taker != unit)
            {
                return use.Semaphore;
            }

            semaphore.Taker = unit;
            semaphore.Take(unit, use.Count, tracker);
        }

        return -1;
    }

    /// <returns>A semaphore that another unit signals as well; -1 if all is well.</returns>
    /// <param name="unit">The giver.</param>
    /// <param name="signals">What it gives.</param>
    /// <param name="clock">The giver's clock behind the command; each taker gets a copy. Null without a proof of order.</param>
    /// <param name="tracker">Makes the copies.</param>
    /// <param name="cycle">When, where there is time.</param>
    public int Give(int unit, ReadOnlySpan<SemaphoreUse> signals, long[]? clock, DependencyTracker? tracker, long cycle = 0)
    {
        foreach (var use in signals)
        {
            ref var semaphore = ref _semaphores[use.Semaphore];
            if (semaphore.Giver >= 0 && semaphore.Giver != unit)
            {
                return use.Semaphore;
            }

            semaphore.Giver = unit;
            semaphore.Give(use.Count, cycle, tracker is null ? null : clock is null ? tracker.Snapshot(unit) : tracker.Copy(clock));
        }

        return -1;
    }

    /// <summary>From here on other units may signal and wait; what is given stays given.</summary>
    public void Fence()
    {
        foreach (ref var semaphore in _semaphores.AsSpan())
        {
            (semaphore.Giver, semaphore.Taker) = (-1, -1);
        }
    }

    /// <summary>All zero, as at the start of a run.</summary>
    public void Clear()
    {
        foreach (ref var semaphore in _semaphores.AsSpan())
        {
            semaphore.Clear();
        }

        Fence();
    }

    private readonly record struct Given(int Count, long Cycle, long[]? Clock);

    /// <summary>What is given and not yet taken: the oldest at hand, since most are taken before another is given, the others in a ring.</summary>
    private struct Semaphore
    {
        private Given[]? _behind;
        private int _first;
        private int _count;

        /// <summary>Of the oldest: what is left, when it was given, and the giver's clock.</summary>
        private int _left;
        private long _cycle;
        private long[]? _clock;

        public int Giver;

        public int Taker;

        public long Available;

        public void Give(int count, long cycle, long[]? clock)
        {
            Available += count;
            if (_left == 0)
            {
                (_left, _cycle) = (count, cycle);
                if (clock is not null)
                {
                    _clock = clock;
                }
            }
            else
            {
                GiveBehind(new(count, cycle, clock));
            }
        }

        /// <summary>When as many had been given; they are there.</summary>
        public readonly long CycleOf(int count) => count <= _left ? _cycle : CycleBehind(count - _left);

        public void Take(int unit, int count, DependencyTracker? tracker)
        {
            Available -= count;
            if (count < _left)
            {
                _left -= count;
                tracker?.Join(unit, _clock!, false);
                return;
            }

            for (var left = count; left > 0;)
            {
                var taken = Math.Min(left, _left);
                left -= taken;
                _left -= taken;
                tracker?.Join(unit, _clock!, _left == 0);
                if (_left == 0 && _count > 0)
                {
                    (_left, _cycle, _clock) = _behind![_first];
                    _first = (_first + 1) & (_behind.Length - 1);
                    _count--;
                }
            }
        }

        public void Clear() => (_first, _count, _left, Available) = (0, 0, 0, 0);

        private readonly long CycleBehind(int count)
        {
            for (var i = _first; ; i++)
            {
                ref readonly var given = ref _behind![i & (_behind.Length - 1)];
                if ((count -= given.Count) <= 0)
                {
                    return given.Cycle;
                }
            }
        }

        private void GiveBehind(in Given given)
        {
            _behind ??= new Given[4];
            if (_count == _behind.Length)
            {
                var larger = new Given[2 * _count];
                for (var i = 0; i < _count; i++)
                {
                    larger[i] = _behind[(_first + i) & (_count - 1)];
                }

                (_behind, _first) = (larger, 0);
            }

            _behind[(_first + _count++) & (_behind.Length - 1)] = given;
        }
    }
}
