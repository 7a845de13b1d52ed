using System.Runtime.InteropServices;

namespace Accel.Rtl.Synthesis;

/// <summary>
/// How much logic a table of constants takes, counted before any mapping. A column of the table is a function of the address. Cut at aligned blocks of 2, 4, 8, ...
/// entries it falls into functions of one, two, three, ... low address bits, and what many columns or places have in common is built once. Two counts tell the rest:
/// <see cref="Choices"/>, of the columns as one shared decision diagram, and <see cref="Joins"/>, of the columns as sums of decoded addresses, which is what the mapper
/// starts from. Columns that are constant, equal or seldom 1, and blocks that are empty, cost as little in both as they do in gates.
/// </summary>
/// <remarks>Shared diagrams: R. E. Bryant, IEEE Trans. Computers C-35(8), 1986. Complements share a node. The order of the variables is that of the address.</remarks>
internal sealed class TableStructure
{
    /// <summary>Blocks of eight entries are read as bytes: below them there are but 127 different functions and their complements.</summary>
    private const int ByteLevel = 3;

    private readonly int _width;
    private readonly List<int> _addresses = [];
    private readonly List<byte[]> _constants = [];

    // A literal is twice a node's number, plus one for its complement; node 0 is the constant 0.
    private readonly List<Dictionary<ulong, int>> _levels = [];
    private readonly int[] _byteLiterals = new int[256];
    private int[] _seen = [];
    private int _nodes = 1;
    private int _place;

    /// <param name="width">Bits of a constant.</param>
    public TableStructure(int width) => _width = width;

    /// <summary>Nodes of the shared decision diagram that choose between two functions; those that pass one on or not are left out.</summary>
    public long Choices { get; private set; }

    /// <summary>Two-input ORs in trees over the decoded addresses at which a column is 1; at one place equal ones are one.</summary>
    public long Joins { get; private set; }

    /// <summary>Constants, all bits 0 or not.</summary>
    public int Entries => _addresses.Count;

    /// <param name="address">Higher than that of the constant before.</param>
    /// <param name="constant">Its bits, the lowest first, eight a byte; bits beyond its end are 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An address that does not ascend.</exception>
    public void Add(int address, ReadOnlySpan<byte> constant)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(address, _addresses.Count == 0 ? -1 : _addresses[^1], nameof(address));
        _addresses.Add(address);
        _constants.Add(constant.ToArray());
    }

    /// <summary>Counts, once all constants are there.</summary>
    public TableStructure Count()
    {
        (Choices, Joins, _nodes, _place, _seen) = (0, 0, 1, 0, new int[1024]);
        _levels.Clear();
        Array.Fill(_byteLiterals, -1);
        if (_addresses.Count > 0)
        {
            var level = ByteLevel;
            while (_addresses[^1] >> level > 0)
            {
                level++;
            }

            _ = Block(0, _addresses.Count, level);
        }

        return this;
    }

    /// <summary>The columns in an aligned block of <c>2^level</c> entries, a literal each; null where all are 0.</summary>
    private int[]? Block(int from, int to, int level)
    {
        if (from == to)
        {
            return null;
        }

        if (level == ByteLevel)
        {
            return Bytes(from, to);
        }

        var middle = from;
        while (middle < to && (_addresses[middle] >> (level - 1) & 1) == 0)
        {
            middle++;
        }

        var (low, high) = (Block(from, middle, level - 1), Block(middle, to, level - 1));
        _place++;
        var merged = low ?? new int[_width];
        for (var column = 0; column < _width; column++)
        {
            var (a, b) = (low is null ? 0 : low[column], high is null ? 0 : high[column]);
            var literal = a == b ? a : Node(level, a, b);
            if (a != 0 && b != 0 && !IsSeen(literal))
            {
                Joins++;
            }

            merged[column] = literal;
        }

        return merged;
    }

    /// <summary>The columns of a block of eight entries.</summary>
    private int[] Bytes(int from, int to)
    {
        var columns = new int[_width];
        for (var i = from; i < to; i++)
        {
            var (constant, place) = (_constants[i], _addresses[i] & 7);
            for (var column = 0; column < Math.Min(_width, 8 * constant.Length); column++)
            {
                columns[column] |= ((constant[column / 8] >> (column % 8)) & 1) << place;
            }
        }

        Span<bool> bytes = stackalloc bool[256];
        Span<bool> nibbles = stackalloc bool[32];
        Span<bool> pairs = stackalloc bool[16];
        bytes.Clear();
        nibbles.Clear();
        pairs.Clear();
        for (var column = 0; column < _width; column++)
        {
            var pattern = columns[column];
            columns[column] = _byteLiterals[pattern] >= 0 ? _byteLiterals[pattern] : _byteLiterals[pattern] = Literal(pattern, ByteLevel);
            if (bytes[pattern])
            {
                continue;
            }

            bytes[pattern] = true;
            Joins += (pattern & 15) != 0 && pattern >> 4 != 0 ? 1 : 0;
            for (var half = 0; half < 2; half++)
            {
                var nibble = (pattern >> (4 * half)) & 15;
                if (nibbles[(16 * half) + nibble])
                {
                    continue;
                }

                nibbles[(16 * half) + nibble] = true;
                Joins += (nibble & 3) != 0 && nibble >> 2 != 0 ? 1 : 0;
                for (var quarter = 0; quarter < 2; quarter++)
                {
                    var pair = (nibble >> (2 * quarter)) & 3;
                    ref var isSeen = ref pairs[(4 * ((2 * half) + quarter)) + pair];
                    Joins += pair == 3 && !isSeen ? 1 : 0;
                    isSeen = true;
                }
            }
        }

        return columns;
    }

    /// <summary>A function of few address bits, given by its values from address 0 up.</summary>
    private int Literal(int values, int level)
    {
        if (level == 0)
        {
            return values;
        }

        var half = 1 << (level - 1);
        var (low, high) = (Literal(values & ((1 << half) - 1), level - 1), Literal(values >> half, level - 1));
        return low == high ? low : Node(level, low, high);
    }

    /// <summary>The node that chooses by address bit <c>level - 1</c>.</summary>
    private int Node(int level, int low, int high)
    {
        while (_levels.Count < level)
        {
            _levels.Add([]);
        }

        var complement = low & 1;
        (low, high) = (low ^ complement, high ^ complement);
        ref var node = ref CollectionsMarshal.GetValueRefOrAddDefault(_levels[level - 1], ((ulong)(uint)low << 32) | (uint)high, out var isKnown);
        if (!isKnown)
        {
            node = _nodes++;
            Choices += low > 1 && high > 1 ? 1 : 0;
        }

        return (2 * node) | complement;
    }

    /// <summary>Whether another column is the same at this place.</summary>
    private bool IsSeen(int literal)
    {
        if (literal >= _seen.Length)
        {
            Array.Resize(ref _seen, Math.Max(2 * _seen.Length, literal + 1));
        }

        var isSeen = _seen[literal] == _place;
        _seen[literal] = _place;
        return isSeen;
    }
}
