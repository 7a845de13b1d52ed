namespace Accel.Models.Checkpoints;

/// <summary>Counts the elements of a shape that a file claims, before anything is computed from it.</summary>
internal static class Extents
{
    /// <summary>What a shape must be, for an error message.</summary>
    public const string Expected = "extents whose product stays below 2^58";

    // Eight bytes an element is the most that any format takes, so sizes in bytes stay well inside 64 bits.
    private const long Limit = 1L << 58;

    /// <summary>
    /// The product of the extents. False when it is too large, where an extent of zero counts as one: no partial product of a
    /// shape that passes can overflow, in whatever order it is taken.
    /// </summary>
    public static bool TryCount(ReadOnlySpan<long> shape, out long elements)
    {
        elements = 1;
        var nonzero = (Int128)1;
        foreach (var extent in shape)
        {
            nonzero *= Math.Max(1, extent);
            if (extent < 0 || nonzero >= Limit)
            {
                return false;
            }

            elements *= extent;
        }

        return true;
    }
}
