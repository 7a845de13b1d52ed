namespace Accel.Dram.Controller.Reach;

/// <summary>Steps seen so far, by what decides them. Whole keys are compared, not their hashes.</summary>
internal sealed class ReachTable
{
    /// <summary>Steps kept at most; each takes about two kilobytes, and seven hundred bytes for each second one's ages.</summary>
    public int MostSteps { get; set; } = 1 << 14;

    private const int MostQueues = 1 << 15;
    private const int MostAges = 1 << 14;

    private const int MostAgedOfStep = 8;

    private int _aged;
    private readonly Dictionary<ulong[], ReachStep> _steps = new(1024, new WordComparer<ulong>());
    private readonly Dictionary<ulong[], ReachStep>.AlternateLookup<ReadOnlySpan<ulong>> _stepsBySpan;
    private readonly Dictionary<int[], QueueState> _queues = new(256, new WordComparer<int>());
    private readonly Dictionary<int[], QueueState>.AlternateLookup<ReadOnlySpan<int>> _queuesBySpan;
    private readonly Dictionary<int[], AgeState> _ages = new(256, new WordComparer<int>());
    private readonly Dictionary<int[], AgeState>.AlternateLookup<ReadOnlySpan<int>> _agesBySpan;

    public ReachTable()
    {
        _stepsBySpan = _steps.GetAlternateLookup<ReadOnlySpan<ulong>>();
        _queuesBySpan = _queues.GetAlternateLookup<ReadOnlySpan<int>>();
        _agesBySpan = _ages.GetAlternateLookup<ReadOnlySpan<int>>();
    }

    public int Steps => _steps.Count;

    /// <summary>Number for one more <see cref="AgedStep"/> of a step; -1 if it is not to be kept.</summary>
    public int NumberFor(ReachStep step) => step.Aged.Count < MostAgedOfStep && _aged < MostSteps / 2 ? _aged++ : -1;

    public int Queues => _queues.Count;

    public bool Full => _steps.Count >= MostSteps;

    public ReachStep? Find(ReadOnlySpan<ulong> key) => _stepsBySpan.TryGetValue(key, out var step) ? step : null;

    public void Add(ulong[] key, ReachStep step) => _steps.TryAdd(key, step);

    /// <summary>The state of a queue; null if it is new and there are too many.</summary>
    public QueueState? Queue(ReadOnlySpan<int> words)
    {
        if (!_queuesBySpan.TryGetValue(words, out var queue) && _queues.Count < MostQueues)
        {
            queue = new QueueState(_queues.Count, words.ToArray());
            _queues.Add(queue.Words, queue);
        }

        return queue;
    }

    public AgeState Ages(ReadOnlySpan<int> words)
    {
        if (!_agesBySpan.TryGetValue(words, out var ages))
        {
            if (_ages.Count == MostAges)
            {
                _ages.Clear(); // those seen again become new objects, and their steps are aged anew
            }

            ages = new AgeState(words.ToArray());
            _ages.Add(ages.Ages, ages);
        }

        return ages;
    }
}
