using System.Numerics;
using System.Runtime.InteropServices;
using Accel.Dram.Mapping;
using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>
/// What makes two places of a contiguous stream look alike to a controller. Local numbers fall into units of 2^<see cref="UnitBits"/>:
/// moving a whole pseudo-channel's traffic by one unit renames banks within their groups, groups within their ranks, and rows, and changes
/// nothing else. So a state is kept relative to the unit the stream stands in.
/// </summary>
/// <remarks>
/// The bits of a local number from UnitBits up count rows and, below them, those bank bits whose stepping is such a renaming; that is checked,
/// not assumed. Hashed row bits, bank bits above a column bit and the like end up below UnitBits, where places are told apart one by one.
/// Per-bank refresh visits banks by number, so that no renaming of banks is allowed with it.
/// </remarks>
internal sealed class StreamGeometry
{
    private const int MostUnitBits = 16;

    private readonly LocalAddressing _addressing;
    private readonly int _bankStart;
    private readonly int _rowStart;
    private readonly uint _bankMask;
    private readonly uint _rowMask;
    private readonly int[] _turningBits;
    private readonly int _turningMask;

    // The turning bits of each bank as one number, and back.
    private readonly int[] _collected;
    private readonly int[] _deposited;
    private readonly int _runStart;
    private readonly int _runMask;
    private readonly int _regionBits;
    private readonly Dictionary<int, int[]> _signatures = [];

    private StreamGeometry(LocalAddressing addressing, AddressMapping mapping, DramDevice device, int unitBits, int rowBit, int regionBits, int runStart)
    {
        _addressing = addressing;
        _bankStart = mapping.StartOf(Field.Bank);
        _rowStart = mapping.StartOf(Field.Row);
        _bankMask = (uint)device.Banks - 1;
        _rowMask = (uint)device.Rows - 1;
        UnitBits = unitBits;
        _regionBits = regionBits;
        _runStart = runStart;
        _runMask = ((1 << (regionBits - rowBit)) - 1) << runStart;
        _turningBits = [.. Enumerable.Range(unitBits, rowBit - unitBits).Select(i => BitOperations.TrailingZeroCount(BankOf(addressing.EffectOf(i))))];
        _turningMask = _turningBits.Sum(b => 1 << b);
        _collected = [.. Enumerable.Range(0, device.Banks).Select(bank => Gather(bank, _turningBits))];
        _deposited = [.. Enumerable.Range(0, Turn).Select(value => Scatter(value, _turningBits))];
    }

    /// <summary>Log2 of the bursts in a unit.</summary>
    public int UnitBits { get; }

    /// <summary>Number of banks that take turns: consecutive units use them one after another.</summary>
    private int Turn => 1 << _turningBits.Length;

    /// <summary>The geometry of a mapping; null if it offers no unit small enough.</summary>
    public static StreamGeometry? Of(LocalAddressing addressing, AddressMapping mapping, DramDevice device, ControllerConfig config)
    {
        var rowStart = mapping.StartOf(Field.Row);
        int? RowBit(int bit)
        {
            var effect = addressing.EffectOf(bit);
            return BitOperations.PopCount(effect) == 1 && (effect >> rowStart) != 0 ? BitOperations.TrailingZeroCount(effect) - rowStart : null;
        }

        var region = addressing.LocalBits;
        while (region > 0 && RowBit(region - 1) is null)
        {
            region--;
        }

        if (region == 0)
        {
            return null;
        }

        var lowest = region - 1;
        while (lowest > 0 && RowBit(lowest - 1) is { } below && below + 1 == RowBit(lowest))
        {
            lowest--;
        }

        StreamGeometry? best = null;
        for (var unit = lowest; unit >= 0; unit--)
        {
            if (unit < lowest && !IsBankBit(addressing.EffectOf(unit), mapping))
            {
                break;
            }

            var candidate = new StreamGeometry(addressing, mapping, device, unit, lowest, region, RowBit(lowest)!.Value);
            if (unit == lowest || (config.Refresh != RefreshKind.PerBank && candidate.TurnsAreRenamings(device)))
            {
                best = candidate;
            }
        }

        return best!.UnitBits <= MostUnitBits ? best : null;
    }

    /// <summary>The same for another pseudo-channel of the same memory, whose addresses differ by constants only.</summary>
    public StreamGeometry For(LocalAddressing addressing, AddressMapping mapping, DramDevice device) =>
        new(addressing, mapping, device, UnitBits, UnitBits + _turningBits.Length, _regionBits, _runStart);

    /// <summary>The number of the stretch, closed under moving by units, that a local number lies in: the bits above the counting rows.</summary>
    public long Region(long local) => local >> _regionBits;

    /// <summary>The name a bank has relative to a unit.</summary>
    public int RelativeBank(int bank, long unit)
    {
        bank ^= (int)BankOf(_addressing.Origin);
        return Deposit(bank, (int)((Collect(bank) - unit) & (Turn - 1)));
    }

    /// <summary>The bank that has a name relative to a unit.</summary>
    public int AbsoluteBank(int relative, long unit) =>
        Deposit(relative, (int)((Collect(relative) + unit) & (Turn - 1))) ^ (int)BankOf(_addressing.Origin);

    /// <summary>A row of a bank relative to a unit: how many turns away, and the row bits that do not count.</summary>
    public (int Turns, int Fixed) RelativeRow(int bank, int row, long unit)
    {
        bank ^= (int)BankOf(_addressing.Origin);
        row ^= (int)RowOf(_addressing.Origin);
        var number = ((long)((row & _runMask) >> _runStart) << _turningBits.Length) + Collect(bank);
        return ((int)((number - InRegion(unit)) >> _turningBits.Length), row & ~_runMask);
    }

    /// <summary>The inverse of <see cref="RelativeRow"/>.</summary>
    /// <param name="relative">The bank's relative name.</param>
    /// <param name="turns">Turns away.</param>
    /// <param name="rest">Row bits that do not count.</param>
    /// <param name="unit">The unit.</param>
    public int AbsoluteRow(int relative, int turns, int rest, long unit)
    {
        var number = ((long)turns << _turningBits.Length) + Collect(relative) + InRegion(unit);
        return (((int)(number >> _turningBits.Length) << _runStart) | rest) ^ (int)RowOf(_addressing.Origin);
    }

    /// <summary>
    /// For each place within a unit a number; places with equal numbers are followed by the same banks and rows, relative to their units,
    /// for a window of requests. Exact: windows are compared by doubling, not by hashing.
    /// </summary>
    /// <param name="window">Requests to look ahead.</param>
    public int[] Signatures(int window)
    {
        if (_signatures.TryGetValue(window, out var known))
        {
            return known;
        }

        var places = 1 << UnitBits;
        var names = new Dictionary<(int, int, int), int>();
        var current = new int[places + window];
        var middle = 1L << Math.Max(UnitBits, _regionBits - 1);
        for (var i = 0; i < current.Length; i++)
        {
            var word = _addressing.Decode(middle + i);
            var (bank, row) = ((int)BankOf(word), (int)RowOf(word));
            var (turns, rest) = RelativeRow(bank, row, middle >> UnitBits);
            current[i] = Name((RelativeBank(bank, middle >> UnitBits), turns, rest), names);
        }

        var length = 1;
        var firsts = new int[2 << BitOperations.Log2((uint)current.Length)];
        for (; 2 * length <= window; length *= 2)
        {
            var longer = current.ToArray();
            NamePairs(current, length, longer.AsSpan(0, current.Length - length), firsts);
            current = longer;
        }

        var signatures = new int[places];
        NamePairs(current, window - length, signatures, firsts);

        _signatures.Add(window, signatures);
        return signatures;
    }

    private static int Name((int, int, int) what, Dictionary<(int, int, int), int> names)
    {
        ref var name = ref CollectionsMarshal.GetValueRefOrAddDefault(names, what, out var known);
        return known ? name : name = names.Count - 1;
    }

    /// <summary>Numbers each pair of a name and the one some places on; equal pairs get equal numbers.</summary>
    /// <param name="names">The names.</param>
    /// <param name="apart">Places from the first of a pair to the second.</param>
    /// <param name="numbers">One for each place; overwritten.</param>
    /// <param name="firsts">Room for a hash table of places, counted from 1, larger than they are many; a power of two.</param>
    private static void NamePairs(int[] names, int apart, Span<int> numbers, int[] firsts)
    {
        Array.Clear(firsts);
        var count = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            var slot = (int)((((uint)names[i] * 0x9E3779B1u) ^ ((uint)names[i + apart] * 0x85EBCA77u)) >> 8) & (firsts.Length - 1);
            while (firsts[slot] > 0 && (names[firsts[slot] - 1] != names[i] || names[firsts[slot] - 1 + apart] != names[i + apart]))
            {
                slot = (slot + 1) & (firsts.Length - 1);
            }

            if (firsts[slot] == 0)
            {
                firsts[slot] = i + 1;
                numbers[i] = count++;
            }
            else
            {
                numbers[i] = numbers[firsts[slot] - 1];
            }
        }
    }

    private static bool IsBankBit(ulong effect, AddressMapping mapping) =>
        BitOperations.PopCount(effect) == 1
        && BitOperations.TrailingZeroCount(effect) is var bit && bit >= mapping.StartOf(Field.Bank) && bit < mapping.StartOf(Field.Row);

    /// <summary>Whether the step to the next unit keeps ranks, and keeps banks of one group together.</summary>
    private bool TurnsAreRenamings(DramDevice device)
    {
        if (device.Gaps.Any(g => g.Window > 1 && g.Level > Level.Rank))
        {
            return false;
        }

        var next = Enumerable.Range(0, device.Banks).Select(b => Deposit(b, (Collect(b) + 1) & (Turn - 1))).ToArray();
        for (var a = 0; a < device.Banks; a++)
        {
            for (var b = 0; b < device.Banks; b++)
            {
                if ((a / device.BanksPerGroup == b / device.BanksPerGroup) != (next[a] / device.BanksPerGroup == next[b] / device.BanksPerGroup))
                {
                    return false;
                }
            }

            if (a / device.BanksPerRank != next[a] / device.BanksPerRank)
            {
                return false;
            }
        }

        return true;
    }

    private long InRegion(long unit) => unit & ((1L << (_regionBits - UnitBits)) - 1);

    private uint BankOf(ulong word) => (uint)(word >> _bankStart) & _bankMask;

    private uint RowOf(ulong word) => (uint)(word >> _rowStart) & _rowMask;

    private int Collect(int bank) => _collected[bank];

    private int Deposit(int bank, int value) => (bank & ~_turningMask) | _deposited[value];

    private static int Gather(int bank, int[] bits)
    {
        var value = 0;
        for (var i = 0; i < bits.Length; i++)
        {
            value |= ((bank >> bits[i]) & 1) << i;
        }

        return value;
    }

    private static int Scatter(int value, int[] bits)
    {
        var bank = 0;
        for (var i = 0; i < bits.Length; i++)
        {
            bank |= ((value >> i) & 1) << bits[i];
        }

        return bank;
    }
}
