using System.Globalization;
using System.Numerics;
using Accel.Core.Diagnostics;
using Accel.Dram.Standards;

namespace Accel.Dram.Mapping;

/// <summary>The parts of a DRAM address, from the least significant of a coordinate word upwards.</summary>
public enum Field : byte
{
    Column,
    Bank,
    BankGroup,
    Rank,
    Row,
    PseudoChannel,
    Channel,
}

/// <summary>
/// An address mapping as a bit order: which bit of a byte address, above the burst offset, selects which part of the memory.
/// written most significant first, <c>rank|row|bank|column|bankgroup|pseudochannel|channel</c>; a number after a name takes that many bits,
/// lowest first (<c>row|column4|bank|column3</c>), the last mention without a number takes the rest. Hashing follows a semicolon:
/// <c>;bank^row,channel^row@4</c> XORs the bits of bank with the lowest bits of row, those of channel with the row bits from bit 4 up.
/// </summary>
/// <remarks>A mapping is linear over GF(2): each coordinate bit is the parity of some address bits. That is all the rest relies on.</remarks>
public sealed class AddressMapping
{
    /// <summary>Page-contiguous: <c>M1</c> of the reference runs, with ranks and channels at the usual ends.</summary>
    public const string PageContiguous = "rank|row|bank|bankgroup|column|pseudochannel|channel";

    /// <summary>Consecutive bursts alternate channels, then bank groups: <c>M2</c> of the reference runs, and the default.</summary>
    public const string BankGroupInterleaved = "rank|row|bank|column|bankgroup|pseudochannel|channel";

    private static readonly (string Name, string Short, Field Field)[] _names =
    [
        ("row", "ro", Field.Row), ("rank", "ra", Field.Rank), ("sid", "si", Field.Rank), ("bankgroup", "bg", Field.BankGroup), ("bank", "ba", Field.Bank),
        ("column", "co", Field.Column), ("pseudochannel", "pc", Field.PseudoChannel), ("channel", "ch", Field.Channel),
    ];

    private readonly int[] _fieldStart;

    private AddressMapping(string text, int[] widths, ulong[] masks)
    {
        Text = text;
        Widths = widths;
        Masks = masks;
        _fieldStart = new int[widths.Length];
        for (var i = 1; i < widths.Length; i++)
        {
            _fieldStart[i] = _fieldStart[i - 1] + widths[i - 1];
        }
    }

    /// <summary>The mapping as written, after aliases.</summary>
    public string Text { get; }

    /// <summary>Bits of each field, indexed by <see cref="Field"/>.</summary>
    public IReadOnlyList<int> Widths { get; }

    /// <summary>For each bit of the coordinate word the burst-address bits whose parity it is.</summary>
    public IReadOnlyList<ulong> Masks { get; }

    /// <summary>Bits of a burst address (byte address / access size).</summary>
    public int AddressBits => Masks.Count;

    /// <summary>Bit position of a field in the coordinate word.</summary>
    public int StartOf(Field field) => _fieldStart[(int)field];

    /// <summary>The value of a field within a coordinate word.</summary>
    public int Extract(ulong coordinates, Field field) =>
        (int)((coordinates >> StartOf(field)) & ((1UL << Widths[(int)field]) - 1));

    /// <summary>The coordinate word of a burst address.</summary>
    public ulong Apply(ulong burstAddress)
    {
        var word = 0UL;
        for (var i = 0; i < Masks.Count; i++)
        {
            word |= (ulong)(BitOperations.PopCount(Masks[i] & burstAddress) & 1) << i;
        }

        return word;
    }

    /// <summary>Reads a mapping for a device and a number of channels.</summary>
    /// <param name="text">A bit order, or an alias: <c>M1</c>, <c>M2</c>, or two-letter names run together (<c>rorababgcoch</c>).</param>
    /// <param name="device">Gives the width of each field.</param>
    /// <param name="channels">Channels; a power of two.</param>
    /// <exception cref="InputException">Unknown name, a field missing or too wide, or a mapping that two addresses share.</exception>
    public static AddressMapping Parse(string text, DramDevice device, int channels)
    {
        if (channels < 1 || !BitOperations.IsPow2(channels))
        {
            throw new InputException("channels", "", "a power of two", channels.ToString(CultureInfo.InvariantCulture));
        }

        var widths = new int[7];
        widths[(int)Field.Column] = BitOperations.Log2((uint)device.BurstsPerRow);
        widths[(int)Field.Bank] = BitOperations.Log2((uint)device.BanksPerGroup);
        widths[(int)Field.BankGroup] = BitOperations.Log2((uint)device.BankGroups);
        widths[(int)Field.Rank] = BitOperations.Log2((uint)device.Ranks);
        widths[(int)Field.Row] = BitOperations.Log2((uint)device.Rows);
        widths[(int)Field.PseudoChannel] = BitOperations.Log2((uint)device.PseudoChannels);
        widths[(int)Field.Channel] = BitOperations.Log2((uint)channels);
        if (widths.Sum() > 56)
        {
            throw new InputException("mapping", text, "at most 56 bits of burst address", $"{widths.Sum()}");
        }

        var full = text.Trim() switch { "M1" or "m1" => PageContiguous, "M2" or "m2" or "" => BankGroupInterleaved, var other => other };
        var parts = full.Split(';', 2);
        var masks = ReadOrder(full, parts[0], widths);
        if (parts.Length == 2)
        {
            ReadHashes(full, parts[1], widths, masks);
        }

        if (Rank(masks) != masks.Length)
        {
            throw new InputException("mapping", full, "each address to have a place of its own", "a hash that maps two addresses to one place");
        }

        return new AddressMapping(full, widths, masks);
    }

    private static ulong[] ReadOrder(string full, string order, int[] widths)
    {
        var tokens = Tokens(order);
        var starts = Starts(widths);
        var masks = new ulong[widths.Sum()];
        var used = new int[widths.Length];
        var rest = new bool[widths.Length];
        var address = 0;
        foreach (var token in tokens.Reverse())
        {
            var letters = token.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
            var field = FieldNamed(full, letters);
            var left = widths[(int)field] - used[(int)field];
            var counted = letters.Length < token.Length;
            var take = counted ? int.Parse(token.AsSpan(letters.Length, Math.Min(3, token.Length - letters.Length)), CultureInfo.InvariantCulture) : left;
            if (take > left || rest[(int)field])
            {
                throw new InputException("mapping", full, $"{widths[(int)field]} bits of {letters} in all", $"more, at '{token}'");
            }

            for (var i = 0; i < take; i++)
            {
                masks[starts[(int)field] + used[(int)field]++] = 1UL << address++;
            }

            rest[(int)field] |= !counted;
        }

        foreach (var (name, _, field) in _names.Where(n => n.Name != "sid"))
        {
            if (used[(int)field] != widths[(int)field])
            {
                throw new InputException("mapping", full, $"{widths[(int)field]} bits of {name}, so that every address bit is covered", $"{used[(int)field]}");
            }
        }

        return masks;
    }

    private static void ReadHashes(string full, string hashes, int[] widths, ulong[] masks)
    {
        var starts = Starts(widths);
        var plain = (ulong[])masks.Clone();
        foreach (var hash in hashes.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var sides = hash.Split('^', StringSplitOptions.TrimEntries);
            if (sides.Length != 2)
            {
                throw new InputException("mapping", full, "a hash such as bank^row or bank^row@3", hash);
            }

            var source = sides[1].Split('@', 2);
            var from = 0;
            if (source.Length == 2 && !int.TryParse(source[1], NumberStyles.None, CultureInfo.InvariantCulture, out from))
            {
                throw new InputException("mapping", full, "a bit number after @", hash);
            }

            var target = FieldNamed(full, sides[0]);
            var other = FieldNamed(full, source[0]);
            if (target == other || from + widths[(int)target] > widths[(int)other])
            {
                throw new InputException(
                    "mapping", full, $"{widths[(int)target]} bits of another field for '{hash}'", $"{Math.Max(0, widths[(int)other] - from)}");
            }

            for (var i = 0; i < widths[(int)target]; i++)
            {
                masks[starts[(int)target] + i] ^= plain[starts[(int)other] + from + i];
            }
        }
    }

    private static string[] Tokens(string order)
    {
        var tokens = order.Split(['|', ',', ':', '-', ' '], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var runTogether = tokens is [{ Length: >= 4 and <= 14 } only] && only.Length % 2 == 0 && _names.All(n => n.Name != only);
        return runTogether ? [.. tokens[0].Chunk(2).Select(pair => new string(pair))] : tokens;
    }

    private static Field FieldNamed(string full, string name)
    {
        foreach (var (longName, shortName, field) in _names)
        {
            if (name.Equals(longName, StringComparison.OrdinalIgnoreCase) || name.Equals(shortName, StringComparison.OrdinalIgnoreCase))
            {
                return field;
            }
        }

        var known = _names.Select(n => n.Name).ToList();
        throw new InputException("mapping", full, "fields named " + string.Join(", ", known), $"'{name}'" + Suggestion.Phrase(name, known));
    }

    private static int[] Starts(int[] widths)
    {
        var starts = new int[widths.Length];
        for (var i = 1; i < widths.Length; i++)
        {
            starts[i] = starts[i - 1] + widths[i - 1];
        }

        return starts;
    }

    /// <summary>Rank over GF(2) of a set of row vectors.</summary>
    private static int Rank(ulong[] rows)
    {
        var work = (ulong[])rows.Clone();
        var rank = 0;
        for (var i = 0; i < work.Length; i++)
        {
            if (work[i] == 0)
            {
                continue;
            }

            rank++;
            var pivot = work[i] & (~work[i] + 1);
            for (var j = i + 1; j < work.Length; j++)
            {
                work[j] ^= (work[j] & pivot) != 0 ? work[i] : 0;
            }
        }

        return rank;
    }
}
