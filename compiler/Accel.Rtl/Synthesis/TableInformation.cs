namespace Accel.Rtl.Synthesis;

/// <summary>
/// How much a table of constants tells, in bits: over its columns, the entropy of a column given the next higher one, times the entries. Random codes
/// tell all their bits; small numbers, whose high bits repeat the sign, tell fewer, and their logic is smaller in proportion.
/// </summary>
internal sealed class TableInformation
{
    private readonly int _width;

    // Of column k and the one above it: entries with both 0, this 1, that 1, both 1.
    private readonly long[] _pairs;
    private long _entries;

    /// <param name="width">Bits of a constant.</param>
    public TableInformation(int width) => (_width, _pairs) = (width, new long[4 * width]);

    /// <summary>Bits told so far.</summary>
    public double Bits
    {
        get
        {
            var bits = 0.0;
            for (var k = 0; k < _width; k++)
            {
                var pair = _pairs.AsSpan(4 * k, 4);
                bits += Entropy(pair[0], pair[1]) + Entropy(pair[2], pair[3]);
            }

            return bits;
        }
    }

    /// <summary>Columns that are the same in each entry.</summary>
    public int IdleColumns => Enumerable.Range(0, _width).Count(k => _pairs[(4 * k) + 1] + _pairs[(4 * k) + 3] is var ones && (ones == 0 || ones == _entries));

    /// <param name="constant">Its bits, the lowest first, eight a byte; bits beyond its end are 0.</param>
    public void Add(ReadOnlySpan<byte> constant)
    {
        _entries++;
        var higher = 0;
        for (var k = _width - 1; k >= 0; k--)
        {
            var bit = k / 8 < constant.Length ? (constant[k / 8] >> (k % 8)) & 1 : 0;
            _pairs[(4 * k) + (2 * higher) + bit]++;
            higher = bit;
        }
    }

    /// <summary>Bits that so many zeros and ones tell when their order is free.</summary>
    internal static double Entropy(long zeros, long ones)
    {
        static double Part(double count, double all) => count == 0 ? 0 : count * Math.Log2(all / count);
        return Part(zeros, zeros + ones) + Part(ones, zeros + ones);
    }
}
