namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>Reproducible pseudo-random draws.</summary>
/// <remarks>SplitMix64: G. L. Steele, D. Lea, C. H. Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014.</remarks>
internal struct Draw(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>A whole number from 0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)(uint)bound) >> 32);

    /// <summary>A number from 0 up to 1, without 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));
}
