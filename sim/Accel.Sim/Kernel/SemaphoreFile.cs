using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Kernel;

/// <summary>The counting semaphores: what is given and not yet taken, in order, with the giver's clock.</summary>
internal sealed class SemaphoreFile
{
    private sealed class Semaphore
    {
        public readonly Queue<(int Count, long[] Clock)> Given = [];
        public long Available;

        /// <summary>Taken from the oldest entry already.</summary>
        public int TakenOfFirst;

        public int Giver = -1;
        public int Taker = -1;
    }

    private readonly Semaphore[] _semaphores;

    public SemaphoreFile(int count) => _semaphores = [.. Enumerable.Range(0, count).Select(_ => new Semaphore())];

    /// <summary>The unit that signals a semaphore, as far as it has since the last fence; -1 if nobody has.</summary>
    public int GiverOf(int semaphore) => _semaphores[semaphore].Giver;

    /// <summary>The first of a command's waits that cannot be taken now; -1 if all can.</summary>
    public int FirstMissing(SemaphoreList waits)
    {
        foreach (var use in waits.AsSpan())
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
    public bool CanTake(SemaphoreList waits) => FirstMissing(waits) < 0;

    /// <returns>A semaphore that another unit waits for as well; -1 if all is well.</returns>
    public int Take(int unit, SemaphoreList waits, DependencyTracker? tracker)
    {
        foreach (var use in waits.AsSpan())
        {
            var semaphore = _semaphores[use.Semaphore];
            if (semaphore.Taker >= 0 && semaphore.Taker != unit)
            {
                return use.Semaphore;
            }

            semaphore.Taker = unit;
            semaphore.Available -= use.Count;
            for (var left = use.Count; left > 0;)
            {
                var (count, clock) = semaphore.Given.Peek();
                var taken = Math.Min(left, count - semaphore.TakenOfFirst);
                left -= taken;
                semaphore.TakenOfFirst += taken;
                var spent = semaphore.TakenOfFirst == count;
                tracker?.Join(unit, clock, spent);
                if (spent)
                {
                    semaphore.Given.Dequeue();
                    semaphore.TakenOfFirst = 0;
                }
            }
        }

        return -1;
    }

    /// <returns>A semaphore that another unit signals as well; -1 if all is well.</returns>
    /// <param name="unit">The giver.</param>
    /// <param name="signals">What it gives.</param>
    /// <param name="clock">The giver's clock behind the command; each taker gets a copy. Null without a proof of order.</param>
    /// <param name="tracker">Makes the copies.</param>
    public int Give(int unit, SemaphoreList signals, long[]? clock, DependencyTracker? tracker)
    {
        foreach (var use in signals.AsSpan())
        {
            var semaphore = _semaphores[use.Semaphore];
            if (semaphore.Giver >= 0 && semaphore.Giver != unit)
            {
                return use.Semaphore;
            }

            semaphore.Giver = unit;
            semaphore.Available += use.Count;
            semaphore.Given.Enqueue((use.Count, clock is null ? tracker?.Snapshot(unit) ?? [] : tracker!.Copy(clock)));
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
            semaphore.Given.Clear();
            (semaphore.Available, semaphore.TakenOfFirst) = (0, 0);
        }

        Fence();
    }
}
