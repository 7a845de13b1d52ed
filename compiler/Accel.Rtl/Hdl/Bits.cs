using System.Numerics;

namespace Accel.Rtl.Hdl;

/// <summary>How many bits numbers take.</summary>
public static class Bits
{
    /// <summary>Bits of an unsigned number, at least one.</summary>
    public static int Of(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return Math.Max(1, (int)value.GetBitLength());
    }

    /// <summary>Bits of a number in two's complement.</summary>
    public static int OfSigned(BigInteger value) => (int)value.GetBitLength() + 1;

    /// <summary>Bits that tell <paramref name="count"/> things apart, at least one.</summary>
    public static int OfIndex(long count) => Of(Math.Max(0, count - 1));

    /// <summary>The low bits of a number, read as two's complement if <paramref name="isSigned"/>.</summary>
    internal static BigInteger Wrap(BigInteger value, int width, bool isSigned)
    {
        var low = value & ((BigInteger.One << width) - 1);
        return isSigned && !(low >> (width - 1)).IsZero ? low - (BigInteger.One << width) : low;
    }
}
