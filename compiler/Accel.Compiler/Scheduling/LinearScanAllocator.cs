using Accel.Core.Diagnostics;

namespace Accel.Compiler.Scheduling;

/// <summary>A buffer's place in the scratchpad.</summary>
/// <param name="Start">Byte address.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct Block(long Start, long Length)
{
    public long End => Start + Length;
}

/// <summary>
/// Gives scratchpad to live intervals in the order in which they start: first free place that is long enough; what has expired is free
/// again. Places start at multiples of <see cref="Alignment"/>.
/// </summary>
public sealed class LinearScanAllocator(string machine, long capacity)
{
    /// <summary>Bytes; every element and every record starts aligned to its size.</summary>
    public const long Alignment = 64;

    private readonly List<Block> _live = [];

    /// <summary>The most that was ever live, with the gaps below it.</summary>
    public long Peak { get; private set; }

    /// <summary>Blocks in use, by address.</summary>
    public IReadOnlyList<Block> Live => _live;

    /// <summary>Starts an interval.</summary>
    /// <exception cref="CapacityException">No free place is long enough.</exception>
    public Block Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        var length = checked((bytes + Alignment - 1) / Alignment * Alignment);
        var start = 0L;
        var index = 0;
        for (; index < _live.Count && _live[index].Start - start < length; index++)
        {
            start = _live[index].End;
        }

        if (start + length > capacity)
        {
            throw new CapacityException(machine, "scratchpad.size", $"at least {start + length} bytes for what is live at once", $"{capacity}");
        }

        var block = new Block(start, length);
        _live.Insert(index, block);
        Peak = Math.Max(Peak, block.End);
        return block;
    }

    /// <summary>Ends an interval.</summary>
    public void Free(Block block)
    {
        var index = IndexOf(block.Start);
        if (_live.Count == 0 || _live[index].Start != block.Start || _live[index].Length != block.Length)
        {
            throw new InvalidOperationException($"nothing is live at {block.Start}");
        }

        _live.RemoveAt(index);
    }

    /// <summary>The live block that holds an address.</summary>
    public Block BlockAt(long address)
    {
        var index = IndexOf(address);
        return _live.Count > 0 && address >= _live[index].Start && address < _live[index].End
            ? _live[index]
            : throw new InvalidOperationException($"no block is live at {address}");
    }

    /// <summary>The last block that starts no later; the first if none does.</summary>
    private int IndexOf(long address)
    {
        var (low, high) = (0, _live.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _live[middle].Start <= address ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}

/// <summary>What a machine has too little of for a run of so many tokens. Fewer tokens may fit.</summary>
/// <param name="machine">Its name.</param>
/// <param name="place">The config's field.</param>
/// <param name="needed">What would be enough, as a noun phrase.</param>
/// <param name="found">What there is.</param>
public sealed class CapacityException(string machine, string place, string needed, string found)
    : Exception($"{machine}: {place}: {needed}, found {found}")
{
    /// <summary>The field of semaphores: what runs side by side needs them, fewer tokens do not help.</summary>
    public const string Semaphores = "sequencer.semaphores";

    public string Place => place;

    /// <summary>The fault as the user's.</summary>
    public InputException ToInput() => new(machine, place, needed, found);
}
