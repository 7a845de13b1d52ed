using Accel.Isa.Operands;

namespace Accel.Sim.Kernel;

/// <summary>The counting semaphores: what is given and not yet taken, in order, with the giver's clock and the cycle.</summary>
internal sealed class SemaphoreFile
{
    /// <summary>No cycle that is known.</summary>
    public const long Never = long.MaxValue;

    private readonly Semaphore[] _semaphores;

    public SemaphoreFile(int count) => _semaphores = [.. Enumerable.Range(0, count).Select(_ => new Semaphore())];

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

    /// <summary>The cycle from which all of a command's waits can be taken; <see cref="Never"/> if that is not known yet.</summary>
    /// <param name="waits">Its waits.</param>
    /// <param name="last">The first of those that are given last, or that are missing; -1 without waits.</param>
    public long ReadyAt(ReadOnlySpan<SemaphoreUse> waits, out int last)
    {
        (last, var ready) = (-1, -1L);
        foreach (var use in waits)
        {
            var semaphore = _semaphores[use.Semaphore];
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

        return Math.Max(0, ready);
    }

    /// <returns>A semaphore that another unit waits for as well; -1 if all is well.</returns>
    public int Take(int unit, ReadOnlySpan<SemaphoreUse> waits, DependencyTracker? tracker)
    {
        foreach (var use in waits)
        {
            var semaphore = _semaphores[use.Semaphore];
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
            var semaphore = _semaphores[use.Semaphore];
            if (semaphore.Giver >= 0 && semaphore.Giver != unit)
            {
                return use.Semaphore;
            }

            semaphore.Giver = unit;
            semaphore.Give(new(use.Count, clock is null ? tracker?.Snapshot(unit) : tracker!.Copy(clock), cycle));
        }

        return -1;
    }

    /// <summary>From here on other units may signal and wait; what is given stays given.</summary>
    public void Fence()
    {
        foreach (var semaphore in _semaphores)
        {
            (semaphore.Giver, semaphore.Taker) = (-1, -1);
        }
    }

    /// <summary>All zero, as at the start of a run.</summary>
    public void Clear()
    {
        foreach (var semaphore in _semaphores)
        {
            semaphore.Clear();
        }

        Fence();
    }

    private readonly record struct Given(int Count, long[]? Clock, long Cycle);

    private sealed class Semaphore
    {
        /// <summary>Given and not yet taken, oldest first, as a ring.</summary>
        private Given[] _given = new Given[4];
        private int _first;
        private int _count;

        /// <summary>Taken from the oldest entry already.</summary>
        private int _takenOfFirst;

        public long Available { get; private set; }

        public int Giver { get; set; } = -1;

        public int Taker { get; set; } = -1;

        public void Give(in Given given)
        {
            if (_count == _given.Length)
            {
                var larger = new Given[2 * _count];
                for (var i = 0; i < _count; i++)
                {
                    larger[i] = _given[(_first + i) & (_count - 1)];
                }

                (_given, _first) = (larger, 0);
            }

            _given[(_first + _count++) & (_given.Length - 1)] = given;
            Available += given.Count;
        }

        /// <summary>When as many had been given; they are there.</summary>
        public long CycleOf(int count)
        {
            var left = count + _takenOfFirst;
            for (var i = _first; ; i++)
            {
                ref readonly var given = ref _given[i & (_given.Length - 1)];
                if ((left -= given.Count) <= 0)
                {
                    return given.Cycle;
                }
            }
        }

        public void Take(int unit, int count, DependencyTracker? tracker)
        {
            Available -= count;
            for (var left = count; left > 0;)
            {
                ref readonly var given = ref _given[_first];
                var taken = Math.Min(left, given.Count - _takenOfFirst);
                left -= taken;
                _takenOfFirst += taken;
                var spent = _takenOfFirst == given.Count;
                tracker?.Join(unit, given.Clock!, spent);
                if (spent)
                {
                    (_first, _takenOfFirst) = ((_first + 1) & (_given.Length - 1), 0);
                    _count--;
                }
            }
        }

        public void Clear() => (_first, _count, _takenOfFirst, Available) = (0, 0, 0, 0);
    }
}
