namespace Accel.Sim.Timing.Stamped;

/// <summary>Values by number, each kept once.</summary>
internal sealed class Distinct<T>
    where T : notnull
{
    private readonly Dictionary<T, int> _numbers = [];
    private readonly List<T> _values = [];

    public int NumberOf(T value)
    {
        if (!_numbers.TryGetValue(value, out var number))
        {
            number = _values.Count;
            _numbers.Add(value, number);
            _values.Add(value);
        }

        return number;
    }

    public T[] ToArray() => [.. _values];
}
