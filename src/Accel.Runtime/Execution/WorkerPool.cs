namespace Accel.Runtime.Execution;

/// <summary>Work that falls into independent items; each item's result is the same whoever computes it.</summary>
internal interface IParallelWork
{
    /// <summary>Computes items <c>[start, end)</c>.</summary>
    void Execute(int start, int end);
}

/// <summary>
/// A fixed set of threads that take ranges of items until none is left. The caller takes part, and never waits for a thread that
/// has not begun: on a busy machine a late worker costs nothing. Workers spin briefly between calls, since the gap between two
/// kernels of a decode step is shorter than waking a thread, and sleep when a session rests.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private const int SpinsBeforeSleep = 2_000;
    private const int RangesPerThread = 4;

    private readonly long _leastShared;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wake;
    private readonly int[] _asleep;
    private IParallelWork? _work;
    private int _items;
    private int _range;
    private int _next;
    private int _open;
    private int _active;
    private int _generation;
    private Exception? _failure;
    private volatile bool _stopped;

    /// <param name="threads">Threads in all, the caller's included; at least 1.</param>
    /// <param name="leastShared">Operations below which sharing costs more than it saves.</param>
    public WorkerPool(int threads, long leastShared)
    {
        _leastShared = leastShared;
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _threads = new Thread[threads - 1];
        _wake = new SemaphoreSlim[threads - 1];
        _asleep = new int[threads - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var index = i;
            _wake[i] = new(0);
            _threads[i] = new(() => Loop(index)) { IsBackground = true, Name = $"accel worker {i + 1}" };
            _threads[i].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Runs all items; ranges start at multiples of <paramref name="grain"/>, so that blocked kernels see whole blocks.</summary>
    /// <param name="work">What to run.</param>
    /// <param name="items">How many items.</param>
    /// <param name="itemCost">Multiply-accumulates of an item, about.</param>
    /// <param name="grain">Items that stay together.</param>
    public void For(IParallelWork work, int items, long itemCost, int grain = 1)
    {
        if (_threads.Length == 0 || items <= grain || items * itemCost < _leastShared)
        {
            work.Execute(0, items);
            return;
        }

        var blocks = (items + grain - 1) / grain;
        (_work, _items, _next, _failure) = (work, items, 0, null);
        _range = Math.Max(1, blocks / (Threads * RangesPerThread)) * grain;
        Interlocked.Exchange(ref _open, 1);
        Interlocked.Increment(ref _generation);
        for (var i = 0; i < _threads.Length; i++)
        {
            if (Interlocked.Exchange(ref _asleep[i], 0) == 1)
            {
                _wake[i].Release();
            }
        }

        try
        {
            Share();
        }
        finally
        {
            // Closed first, then counted: a worker counts itself first, then looks whether work is open.
            Interlocked.Exchange(ref _open, 0);
            var spin = default(SpinWait);
            while (Volatile.Read(ref _active) > 0)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
        }

        if (_failure is not null)
        {
            throw new InvalidOperationException("a worker thread failed", _failure);
        }
    }

    public void Dispose()
    {
        _stopped = true;
        Interlocked.Increment(ref _generation);
        for (var i = 0; i < _threads.Length; i++)
        {
            _wake[i].Release();
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }

        foreach (var semaphore in _wake)
        {
            semaphore.Dispose();
        }
    }

    private void Share()
    {
        while (true)
        {
            var start = Interlocked.Add(ref _next, _range) - _range;
            if (start >= _items)
            {
                return;
            }

            _work!.Execute(start, Math.Min(_items, start + _range));
        }
    }

    private void Loop(int index)
    {
        var seen = 0;
        while (!_stopped)
        {
            var spins = 0;
            while (Volatile.Read(ref _generation) == seen)
            {
                if (++spins < SpinsBeforeSleep)
                {
                    Thread.SpinWait(8);
                    continue;
                }

                Interlocked.Exchange(ref _asleep[index], 1);
                if (Volatile.Read(ref _generation) == seen || Interlocked.Exchange(ref _asleep[index], 0) == 0)
                {
                    _wake[index].Wait();
                }
            }

            seen = Volatile.Read(ref _generation);
            Interlocked.Increment(ref _active);
            try
            {
                if (Volatile.Read(ref _open) == 1)
                {
                    Share();
                }
            }
            catch (Exception e)
            {
                _failure = e;
            }

            Interlocked.Decrement(ref _active);
        }
    }
}
