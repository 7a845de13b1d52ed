using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>
/// How often each pair of terms stands together in a sum, and the pairs that occur twice or more, sorted into buckets by count. Buckets
/// are lazy: an entry may be stale and is then moved to the bucket of its present count when it is drawn.
/// </summary>
/// <remarks>Open addressing with linear probing; a slot holds key and count. Pairs with count 0 stay until the next growth.</remarks>
internal sealed class PairCounts
{
    private const int LeastCapacity = 1 << 12;

    /// <summary>Tables of this many slots, 64 MB, are filled further than smaller ones: longer ways to a slot rather than twice the memory.</summary>
    private const int LargeCapacity = 1 << 23;

    private const int CountBits = 16;
    private const ulong CountMask = (1UL << CountBits) - 1;

    private ulong[] _slots = new ulong[LeastCapacity];
    private int _used;
    private int _shift = 64 - 12;

    private ulong[][] _buckets = [];
    private int[] _bucketLength = [];
    private int _top;

    /// <summary>Whether pairs that reach a count of two become candidates.</summary>
    public bool Watching { get; set; }

    public int this[PairKey key] => (int)(Find(key.Packed) & CountMask);

    public void Increment(PairKey key)
    {
        ref var slot = ref Find(key.Packed);
        if (slot == 0)
        {
            if (_used >= Room(_slots.Length))
            {
                Rebuild();
                slot = ref Find(key.Packed);
            }

            slot = key.Packed << CountBits;
            _used++;
        }

        var count = (int)(++slot & CountMask);
        if (count >= 2 && Watching)
        {
            Push(key.Packed, count);
        }
    }

    public void Decrement(PairKey key) => Find(key.Packed)--;

    /// <summary>Makes every pair that occurs twice or more a candidate.</summary>
    public void WatchAll()
    {
        Watching = true;
        foreach (var slot in _slots)
        {
            if ((slot & CountMask) >= 2)
            {
                Push(slot >> CountBits, (int)(slot & CountMask));
            }
        }
    }

    /// <summary>Draws a candidate of the greatest count, any of them with equal probability.</summary>
    /// <param name="count">What the bucket promised; the present count is no less.</param>
    public bool TryDraw(ref Draw draw, out PairKey key, out int count)
    {
        while (_top >= 2)
        {
            var length = _bucketLength[_top];
            if (length == 0)
            {
                _top--;
                continue;
            }

            var bucket = _buckets[_top];
            var pick = draw.Below(length);
            key = new(bucket[pick]);
            bucket[pick] = bucket[length - 1];
            _bucketLength[_top] = length - 1;
            var present = this[key];
            if (present >= _top)
            {
                count = _top;
                return true;
            }

            if (present >= 2)
            {
                Push(key.Packed, present);
            }
        }

        (key, count) = (default, 0);
        return false;
    }

    /// <summary>Puts a drawn pair back with a lower promise.</summary>
    public void Demote(PairKey key, int count)
    {
        if (count >= 2)
        {
            Push(key.Packed, count);
        }
    }

    /// <summary>Forgets all candidates; counts stay.</summary>
    public void ClearCandidates()
    {
        for (; _top >= 2; _top--)
        {
            _bucketLength[_top] = 0;
        }
    }

    /// <summary>Drops pairs with count 0 and takes the least table that fits.</summary>
    public void Compact() => Rebuild();

    private void Push(ulong key, int count)
    {
        if (count >= _buckets.Length)
        {
            var size = Math.Max(64, count * 2);
            Array.Resize(ref _buckets, size);
            Array.Resize(ref _bucketLength, size);
        }

        var bucket = _buckets[count] ??= new ulong[16];
        var length = _bucketLength[count];
        if (length == bucket.Length)
        {
            Array.Resize(ref _buckets[count], length * 2);
            bucket = _buckets[count];
        }

        bucket[length] = key;
        _bucketLength[count] = length + 1;
        _top = Math.Max(_top, count);
    }

    /// <summary>The slot of a key, or the empty slot where it belongs.</summary>
    private ref ulong Find(ulong key)
    {
        var mask = (nuint)_slots.Length - 1;
        var place = (nuint)((key * 0x9E3779B97F4A7C15UL) >> _shift);
        ref var start = ref MemoryMarshal.GetArrayDataReference(_slots);
        while (true)
        {
            // The place is masked by the length, a power of two: always inside.
            ref var slot = ref Unsafe.Add(ref start, place);
            if (slot >> CountBits == key || slot == 0)
            {
                return ref slot;
            }

            place = (place + 1) & mask;
        }
    }

    /// <summary>Keys that a table holds before it grows.</summary>
    private static int Room(int capacity) => capacity < LargeCapacity ? capacity / 2 : capacity / 4 * 3;

    private void Rebuild()
    {
        var live = 0;
        foreach (var slot in _slots)
        {
            live += (slot & CountMask) > 0 ? 1 : 0;
        }

        var capacity = LeastCapacity;
        while (capacity < LargeCapacity ? capacity < live * 3L : Room(capacity) < live * 5L / 4)
        {
            capacity *= 2;
        }

        var before = _slots;
        _slots = new ulong[capacity];
        _shift = 64 - BitOperations.Log2((uint)capacity);
        _used = live;
        foreach (var slot in before)
        {
            if ((slot & CountMask) > 0)
            {
                Find(slot >> CountBits) = slot;
            }
        }
    }
}
