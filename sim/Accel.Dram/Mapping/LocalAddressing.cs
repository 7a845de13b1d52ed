using System.Numerics;
using System.Runtime.CompilerServices;

namespace Accel.Dram.Mapping;

/// <summary>
/// One pseudo-channel's own address space. The bursts a mapping sends to it, in ascending address order, get the local numbers 0, 1, 2, …;
/// a contiguous range of addresses is a contiguous range of local numbers, so a stream over many channels is one stream in each.
/// </summary>
/// <remarks>
/// Each channel-select bit is a parity of address bits. Elimination gives each its own lowest bit, the pivot; with the pivots left out, the other
/// address bits in order are the local number, and each pivot follows from higher bits alone, so the order of addresses is kept.
/// </remarks>
public sealed class LocalAddressing
{
    private const int ChunkBits = 9;

    private readonly ulong[] _pivots;
    private readonly ulong _pivotSet;
    private readonly ulong[] _pivotMasks;
    private readonly bool[] _pivotValues;
    private readonly AddressMapping _mapping;
    private readonly int _chunks;
    private ulong[]? _tables;

    /// <summary>Addressing of one pseudo-channel.</summary>
    /// <param name="mapping">The mapping of the whole memory.</param>
    /// <param name="channel">Channel number.</param>
    /// <param name="pseudoChannel">Pseudo-channel within the channel.</param>
    public LocalAddressing(AddressMapping mapping, int channel, int pseudoChannel)
    {
        var selector = mapping.StartOf(Field.PseudoChannel);
        var bits = mapping.AddressBits - selector;
        var wanted = (uint)(pseudoChannel | (channel << mapping.Widths[(int)Field.PseudoChannel]));
        var masks = new ulong[bits];
        var values = new bool[bits];
        for (var i = 0; i < bits; i++)
        {
            masks[i] = mapping.Masks[selector + i];
            values[i] = ((wanted >> i) & 1) != 0;
        }

        _pivots = new ulong[bits];
        for (var i = 0; i < bits; i++)
        {
            var pivot = masks[i] & (~masks[i] + 1);
            _pivots[i] = pivot;
            for (var j = 0; j < bits; j++)
            {
                if (j != i && (masks[j] & pivot) != 0)
                {
                    masks[j] ^= masks[i];
                    values[j] ^= values[i];
                }
            }
        }

        Array.Sort([.. _pivots], masks);
        Array.Sort((ulong[])_pivots.Clone(), values);
        Array.Sort(_pivots);
        _pivotMasks = masks;
        _pivotSet = _pivots.Aggregate(0UL, (set, pivot) => set | pivot);
        _pivotValues = values;
        LocalBits = mapping.AddressBits - bits;
        _chunks = Math.Max(3, (LocalBits + ChunkBits - 1) / ChunkBits);
        _mapping = mapping;
        Origin = mapping.Apply(ToBurstAddress(0));
    }

    /// <summary>Bits of a local number.</summary>
    public int LocalBits { get; }

    /// <summary>The coordinate word of local number 0.</summary>
    public ulong Origin { get; }

    /// <summary>What a bit of the local number changes in the coordinate word.</summary>
    public ulong EffectOf(int bit) => _mapping.Apply(ToBurstAddress(1UL << bit)) ^ Origin;

    /// <summary>The burst address of a local number.</summary>
    public ulong ToBurstAddress(ulong local)
    {
        var address = local;
        foreach (var pivot in _pivots)
        {
            address = ((address & ~(pivot - 1)) << 1) | (address & (pivot - 1));
        }

        var result = address;
        for (var i = 0; i < _pivots.Length; i++)
        {
            var parity = (BitOperations.PopCount(_pivotMasks[i] & address) & 1) != 0;
            result |= parity ^ _pivotValues[i] ? _pivots[i] : 0;
        }

        return result;
    }

    /// <summary>How many of this pseudo-channel's bursts lie below a burst address: the local number of the first at or above it.</summary>
    public ulong CountBelow(ulong burstAddress)
    {
        var local = burstAddress;
        for (var i = _pivots.Length - 1; i >= 0; i--)
        {
            local = ((local >> 1) & ~(_pivots[i] - 1)) | (local & (_pivots[i] - 1));
        }

        var own = ToBurstAddress(local);
        if (own == burstAddress)
        {
            return local;
        }

        // They part at a pivot. Bursts with the same bits above it lie all on one side of the address.
        var part = 63 - BitOperations.LeadingZeroCount(own ^ burstAddress);
        var below = part - BitOperations.PopCount(_pivotSet & ((1UL << part) - 1));
        return ((local >> below) + (own > burstAddress ? 0UL : 1UL)) << below;
    }

    /// <summary>The coordinate word (see <see cref="AddressMapping"/>) of a local number: a few table look-ups, whatever the hashing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Decode(long local)
    {
        const int mask = (1 << ChunkBits) - 1;
        var tables = _tables ?? BuildTables();
        var word = tables[local & mask] ^ tables[(1 << ChunkBits) | ((local >> ChunkBits) & mask)] ^ tables[(2 << ChunkBits) | ((local >> (2 * ChunkBits)) & mask)];
        for (var chunk = 3; chunk < _chunks; chunk++)
        {
            word ^= tables[(chunk << ChunkBits) | ((int)(local >> (chunk * ChunkBits)) & ((1 << ChunkBits) - 1))];
        }

        return word;
    }

    private ulong[] BuildTables()
    {
        var origin = Origin;
        var tables = new ulong[_chunks << ChunkBits];
        for (var bit = 0; bit < LocalBits; bit++)
        {
            var effect = EffectOf(bit);
            var (chunk, within) = Math.DivRem(bit, ChunkBits);
            for (var i = 0; i < 1 << ChunkBits; i++)
            {
                tables[(chunk << ChunkBits) | i] ^= ((i >> within) & 1) != 0 ? effect : 0;
            }
        }

        for (var i = 0; i < 1 << ChunkBits; i++)
        {
            tables[i] ^= origin;
        }

        _tables = tables;
        return tables;
    }
}
