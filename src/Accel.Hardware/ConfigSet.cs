using System.Collections;
using System.Runtime.CompilerServices;

namespace Accel.Hardware;

/// <summary>Distinct values in ascending order; equal by content.</summary>
[CollectionBuilder(typeof(ConfigSet), nameof(ConfigSet.Create))]
public sealed class ConfigSet<T> : IReadOnlyList<T>, IEquatable<ConfigSet<T>>
    where T : struct, Enum
{
    private readonly T[] _values;

    /// <remarks>A few values at most: boxes are cheaper than a sort that is compiled at run time for each enumeration.</remarks>
    internal ConfigSet(ReadOnlySpan<T> values)
    {
        var sorted = new List<T>(values.Length);
        foreach (var value in values)
        {
            var place = 0;
            while (place < sorted.Count && Comparer.Default.Compare(sorted[place], value) < 0)
            {
                place++;
            }

            if (place == sorted.Count || Comparer.Default.Compare(sorted[place], value) > 0)
            {
                sorted.Insert(place, value);
            }
        }

        _values = [.. sorted];
    }

    public int Count => _values.Length;

    public T this[int index] => _values[index];

    public bool Contains(T value) => Array.IndexOf(_values, value) >= 0;

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(ConfigSet<T>? other) => other is not null && _values.SequenceEqual(other._values);

    public override bool Equals(object? obj) => Equals(obj as ConfigSet<T>);

    public override int GetHashCode() => HashCode.Combine(_values.Length, _values.Length > 0 ? _values[0] : default);

    public override string ToString() => string.Join(", ", _values);
}

/// <summary>Makes <see cref="ConfigSet{T}"/> from collection expressions.</summary>
public static class ConfigSet
{
    public static ConfigSet<T> Create<T>(ReadOnlySpan<T> values)
        where T : struct, Enum => new(values);
}
