using Accel.Models.Checkpoints;

namespace Accel.Models.Architectures;

/// <summary>
/// The largest extents that a configuration may ask for, far beyond any published model: a file of a few bytes must not make
/// arrays of gigabytes or counts that overflow.
/// </summary>
internal static class ExtentLimits
{
    public const long HeadWidth = 1 << 16;
    public const long Heads = 1 << 16;
    public const long Width = 1 << 24;
    public const long Vocabulary = 1 << 26;
    public const long Layers = 4096;

    /// <summary>The width of a head: the key if it is there, else the model's width shared evenly; even, since rotary positions turn pairs.</summary>
    /// <exception cref="Accel.Core.Diagnostics.InputException">Odd, above the limit, heads that do not divide the width, or heads that together exceed <see cref="Width"/>.</exception>
    public static long HeadWidthOf(ConfigSource config, string key, string headsKey, long width, long heads)
    {
        var headWidth = config.Has(key) ? config.Integer(key, 2, HeadWidth)
            : width % heads == 0 ? width / heads
            : throw config.Fault(key, $"a head width, since {heads} heads do not divide a width of {width}", "none");
        if (headWidth % 2 != 0 || headWidth > HeadWidth)
        {
            throw config.Fault(config.Has(key) ? key : headsKey, $"an even width of each head up to {HeadWidth}", $"{headWidth}");
        }

        return heads * headWidth <= Width ? headWidth : throw config.Fault(headsKey, $"heads of {Width} elements together at most", $"{heads} heads of {headWidth}");
    }
}
