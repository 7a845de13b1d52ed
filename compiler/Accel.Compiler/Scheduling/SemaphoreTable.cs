namespace Accel.Compiler.Scheduling;

/// <summary>Numbers the semaphores of a machine, one per purpose and unit, in the order in which they are first asked for.</summary>
internal sealed class SemaphoreTable(string machine, int count)
{
    private readonly Dictionary<string, List<int>> _numbers = new(StringComparer.Ordinal);

    /// <summary>Numbers given.</summary>
    public int Count { get; private set; }

    /// <exception cref="CapacityException">The machine has too few.</exception>
    public int this[string purpose, int unit]
    {
        get
        {
            if (!_numbers.TryGetValue(purpose, out var numbers))
            {
                _numbers.Add(purpose, numbers = []);
            }

            while (numbers.Count <= unit)
            {
                numbers.Add(-1);
            }

            if (numbers[unit] < 0)
            {
                numbers[unit] = Count++;
                if (numbers[unit] >= count)
                {
                    throw new CapacityException(machine, CapacityException.Semaphores, $"more than {count} for this number of units", $"{count}");
                }
            }

            return numbers[unit];
        }
    }
}
