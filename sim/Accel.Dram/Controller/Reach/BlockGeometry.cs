using System.Numerics;
using Accel.Dram.Mapping;
using Accel.Dram.Standards;

namespace Accel.Dram.Controller.Reach;

/// <summary>
/// A contiguous stream as a row of blocks: stretches of local numbers that stay in one row of a few banks. The local bits up to the highest
/// that selects a column make a block; those among them that select a bank turn between its banks, and none of them may select a row.
/// </summary>
internal sealed class BlockGeometry
{
    private const int MostBits = 12;
    private const int MostBanksInBlock = 16;

    private readonly LocalAddressing _addressing;
    private readonly DramDevice _device;
    private readonly int _bankStart;
    private readonly int _rowStart;
    private readonly int[] _turns;
    private readonly WindowShapes _shapes;

    private BlockGeometry(LocalAddressing addressing, AddressMapping mapping, DramDevice device, int bits, int[] turns, WindowShapes shapes)
    {
        (_addressing, _device, Bits, _turns, _shapes) = (addressing, device, bits, turns, shapes);
        (_bankStart, _rowStart) = (mapping.StartOf(Field.Bank), mapping.StartOf(Field.Row));
    }

    /// <summary>Log2 of the bursts in a block.</summary>
    public int Bits { get; }

    /// <summary>Banks in a block.</summary>
    public int Banks => _turns.Length;

    /// <summary>The blocks of a mapping; null if it has none that are of use.</summary>
    public static BlockGeometry? Of(LocalAddressing addressing, AddressMapping mapping, DramDevice device, WindowShapes shapes)
    {
        var (bankStart, rowStart) = (mapping.StartOf(Field.Bank), mapping.StartOf(Field.Row));
        var bits = 0;
        for (var bit = 0; bit < addressing.LocalBits; bit++)
        {
            bits = (addressing.EffectOf(bit) & ((1UL << bankStart) - 1)) != 0 ? bit + 1 : bits;
        }

        if (bits is 0 or > MostBits)
        {
            return null;
        }

        // All sums of what the bits below do to the bank.
        var turns = new SortedSet<int> { 0 };
        for (var bit = 0; bit < bits; bit++)
        {
            var effect = addressing.EffectOf(bit);
            if ((effect >> rowStart & ((uint)device.Rows - 1)) != 0)
            {
                return null;
            }

            var turn = (int)(effect >> bankStart) & (device.Banks - 1);
            turns.UnionWith([.. turns.Select(t => t ^ turn)]);
        }

        return turns.Count > MostBanksInBlock ? null : new BlockGeometry(addressing, mapping, device, bits, [.. turns], shapes);
    }

    /// <summary>The row that a block lies in.</summary>
    public int RowOf(long block) => (int)(_addressing.Decode(block << Bits) >> _rowStart) & (_device.Rows - 1);

    /// <summary>The banks of consecutive blocks; null if they are too many, or one bank comes twice.</summary>
    public WindowShape? Window(long first, int count)
    {
        // Seven bits for each block's first bank.
        const int mostBlocks = 8;
        if (count > mostBlocks)
        {
            return null;
        }

        var name = (ulong)count;
        for (var block = first; block < first + count; block++)
        {
            name = (name << 7) | (uint)((int)(_addressing.Decode(block << Bits) >> _bankStart) & (_device.Banks - 1));
        }

        return _shapes.Find(name, count, _turns);
    }
}
