namespace Accel.Compiler.Scheduling;

/// <summary>Numbers the semaphores of a machine, one per purpose, in the order in which they are first asked for.</summary>
internal sealed class SemaphoreTable(string machine, int count)
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <exception cref="CapacityException">The machine has too few.</exception>
    public int this[string purpose]
    {
        get
        {
            if (!_numbers.TryGetValue(purpose, out var number))
            {
                number = _numbers.Count;
                _numbers.Add(purpose, number);
                if (number >= count)
                {
                    throw new CapacityException(machine, CapacityException.Semaphores, $"more than {count} for this number of units", $"{count}");
                }
            }

            return number;
        }
    }
}
