namespace Accel.Compiler.Quantization.Arithmetic;

/// <summary>
/// A function sampled at equal steps of <c>2^SegmentShift</c> from <see cref="Low"/> on, with straight lines between:
/// <c>u = clamp(x - Low, 0, K 2^s)</c>, <c>i = min(u >> s, K - 1)</c>, <c>r = u - (i &lt;&lt; s)</c>,
/// <c>T(x) = E[i] + shift((E[i+1] - E[i]) * r, s)</c>. Beyond its ends it keeps its last value.
/// </summary>
/// <param name="low">The least argument that is told apart.</param>
/// <param name="segmentShift">log2 of a segment, in units of the argument; 0 or more.</param>
/// <param name="entries">K + 1 samples, K a power of two.</param>
/// <param name="fraction">Fraction bits of the samples.</param>
public sealed class LookupTable(int low, int segmentShift, int[] entries, int fraction)
{
    public int Low { get; } = low;

    public int SegmentShift { get; } = segmentShift;

    public int Segments => Entries.Length - 1;

    public int[] Entries { get; } = entries;

    public int Fraction { get; } = fraction;

    /// <summary>The table's value for an argument.</summary>
    public int this[int x]
    {
        get
        {
            var u = Math.Clamp((long)x - Low, 0, (long)Segments << SegmentShift);
            var i = (int)Math.Min(u >> SegmentShift, Segments - 1);
            var rest = u - ((long)i << SegmentShift);
            return Entries[i] + (int)FixedPoint.Shift((Entries[i + 1] - Entries[i]) * rest, SegmentShift);
        }
    }

    /// <summary>Samples a function, rounding half away from zero.</summary>
    /// <param name="function">Of the real argument.</param>
    /// <param name="inputFraction">Fraction bits of the argument.</param>
    /// <param name="low">First argument, as an integer.</param>
    /// <param name="span">Power of two: arguments from the first to the last sample.</param>
    /// <param name="segments">Power of two; fewer are made where the argument has fewer steps.</param>
    /// <param name="fraction">Fraction bits of the samples.</param>
    public static LookupTable Sample(Func<double, double> function, int inputFraction, int low, long span, int segments, int fraction)
    {
        segments = (int)Math.Min(segments, span);
        var step = span / segments;
        var entries = new int[segments + 1];
        for (var i = 0; i <= segments; i++)
        {
            var y = function(Math.ScaleB(low + (i * (double)step), -inputFraction));
            entries[i] = checked((int)Math.Round(Math.ScaleB(y, fraction), MidpointRounding.AwayFromZero));
        }

        return new(low, System.Numerics.BitOperations.Log2((ulong)step), entries, fraction);
    }
}
