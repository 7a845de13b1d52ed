using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Accel.Dram.Controller;

/// <summary>Compares arrays of numbers by content, and lets them be looked up by spans.</summary>
internal sealed class WordComparer<T> : IEqualityComparer<T[]>, IAlternateEqualityComparer<ReadOnlySpan<T>, T[]>
    where T : unmanaged, IEquatable<T>
{
    public bool Equals(T[]? x, T[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(T[] words) => GetHashCode(words.AsSpan());

    public bool Equals(ReadOnlySpan<T> alternate, T[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<T> alternate)
    {
        // Eight hashes side by side, of every eighth word each.
        var (sum, weight) = (Vector256<int>.Zero, Vector256.Create(0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1, 0xD3A2646D, 0xFD7046C5, 0xB55A4F09).AsInt32());
        var left = MemoryMarshal.Cast<T, int>(alternate);
        var hash = (uint)left.Length;
        for (; left.Length >= 8; left = left[8..])
        {
            sum = (sum + Vector256.Create(left)) * weight;
            sum ^= sum >>> 15;
        }

        foreach (var word in left)
        {
            hash = (hash ^ (uint)word) * 0x9E3779B1;
        }

        for (var i = 0; i < 8; i++)
        {
            hash = (hash ^ (uint)sum[i]) * 0x85EBCA77;
            hash ^= hash >> 13;
        }

        return (int)hash;
    }

    public T[] Create(ReadOnlySpan<T> alternate) => alternate.ToArray();
}
