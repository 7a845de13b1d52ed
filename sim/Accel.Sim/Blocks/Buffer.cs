namespace Accel.Sim.Blocks;

/// <summary>Working space of a unit that grows to the largest command and is then reused.</summary>
internal sealed class Buffer<T>
    where T : unmanaged
{
    private T[] _items = [];

    /// <summary>Space for so many items; contents are whatever stood there.</summary>
    public Span<T> Take(long length)
    {
        if (_items.Length < length)
        {
            _items = GC.AllocateUninitializedArray<T>(checked((int)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)length)));
        }

        return _items.AsSpan(0, (int)length);
    }
}
