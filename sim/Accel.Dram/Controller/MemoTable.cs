namespace Accel.Dram.Controller;

/// <summary>What a step starts from; equal keys mean equal steps.</summary>
/// <param name="State">Number of the channel's state.</param>
/// <param name="Level">0 for a simulated step; n for two of level n - 1; -1 for all from one refresh to the next.</param>
/// <param name="Length">Cycles, for a step cut short by a refresh; 0 for one that ends by itself.</param>
/// <param name="Due">One bit per pseudo-channel and rank: a refresh falls due in the first cycle.</param>
/// <param name="Place0">Where the stream of pseudo-channel 0 stands, as far as the step can tell; -1 without one.</param>
/// <param name="Place1">The same for pseudo-channel 1.</param>
internal readonly record struct StepKey(int State, int Level, int Length, int Due, long Place0, long Place1)
{
    public bool Equals(StepKey other) => State == other.State && Level == other.Level && Length == other.Length && Due == other.Due
        && Place0 == other.Place0 && Place1 == other.Place1;

    public override int GetHashCode()
    {
        var hash = ((ulong)(uint)State << 32) ^ (ulong)(((long)Length << 12) ^ ((long)Due << 4) ^ Level);
        hash = (hash ^ ((ulong)Place0 * 0x9E3779B97F4A7C15) ^ ((ulong)Place1 * 0xC2B2AE3D27D4EB4F)) * 0xD6E8FEB86659FD93;
        return (int)(hash >> 32);
    }
}

/// <summary>A step that was simulated, or several that follow each other.</summary>
internal sealed class Step
{
    public required int Number { get; init; }

    /// <summary>Cycles.</summary>
    public required int Length { get; init; }

    /// <summary>State after the step.</summary>
    public required int Next { get; init; }

    /// <summary>Requests each pseudo-channel took in.</summary>
    public required int[] Taken { get; init; }

    /// <summary>Last completion in each pseudo-channel, from the step's first cycle; -1 for none.</summary>
    public required long[] LastDone { get; init; }

    /// <summary>Counts of the step, if it was simulated; null if it is made of others.</summary>
    public StepCounts[]? Counts { get; init; }

    /// <summary>The steps it is made of; all have lower numbers.</summary>
    public Step[] Parts { get; init; } = [];

    /// <summary>Commands and completions, relative to cycle and place, where they are recorded.</summary>
    public StepLog? Log { get; init; }
}

/// <summary>What one pseudo-channel counted in a step.</summary>
internal sealed record StepCounts(long[] Sums, long[] Peaks, (int Bucket, long Count)[] Latencies);

/// <summary>What a channel noted in a step: cycles from its start, local numbers and ordinals from the place of each stream.</summary>
internal sealed record StepLog(LoggedCommand[] Commands, LoggedCompletion[] Completions);

/// <summary>States and steps seen so far. Whole states are compared, not their hashes.</summary>
internal sealed class MemoTable
{
    private readonly Dictionary<int[], int> _numbers;
    private readonly Dictionary<int[], int>.AlternateLookup<ReadOnlySpan<int>> _numbersBySpan;
    // Steps of a usual stream: tables that need not grow.
    private const int Likely = 1024;
    private readonly List<int[]> _states = [];
    private readonly Dictionary<StepKey, Step> _steps = new(Likely);

    public MemoTable()
    {
        _numbers = new Dictionary<int[], int>(Likely / 4, new WordComparer<int>());
        _numbersBySpan = _numbers.GetAlternateLookup<ReadOnlySpan<int>>();
    }

    public int States => _states.Count;

    /// <summary>Steps made so far; the number of the next.</summary>
    public int Steps { get; private set; }

    public int[] State(int number) => _states[number];

    /// <summary>The number of a state, the same whenever it is seen.</summary>
    public int NumberOf(ReadOnlySpan<int> state)
    {
        if (!_numbersBySpan.TryGetValue(state, out var number))
        {
            number = _states.Count;
            var copy = state.ToArray();
            _numbers.Add(copy, number);
            _states.Add(copy);
        }

        return number;
    }

    public Step? Find(in StepKey key) => _steps.GetValueOrDefault(key);

    public void Add(in StepKey key, Step step)
    {
        _steps.Add(key, step);
        Steps++;
    }
}
