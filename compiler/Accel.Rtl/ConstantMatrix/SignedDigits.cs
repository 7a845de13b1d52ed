using System.Numerics;

namespace Accel.Rtl.ConstantMatrix;

/// <summary>Canonical signed digits (non-adjacent form): the fewest powers of two that add and subtract to a number.</summary>
/// <remarks>Source: G. W. Reitwiesner, Binary Arithmetic, Advances in Computers 1, 1960.</remarks>
public static class SignedDigits
{
    /// <summary>The most digits that a 64-bit number takes.</summary>
    public const int MaxCount = 33;

    /// <summary>The least number of nonzero signed digits of <paramref name="value"/>.</summary>
    /// <remarks>Digit k of the non-adjacent form is nonzero where <c>v</c> and <c>3v</c> differ in bit k + 1.</remarks>
    public static int Count(long value)
    {
        var magnitude = (UInt128)Magnitude(value);
        var differing = (3 * magnitude) ^ magnitude;
        return BitOperations.PopCount((ulong)differing) + BitOperations.PopCount((ulong)(differing >> 64));
    }

    /// <summary>Writes the nonzero digits from the lowest up.</summary>
    /// <param name="value">The number.</param>
    /// <param name="digits">At least <see cref="MaxCount"/> places.</param>
    /// <returns>How many digits were written.</returns>
    public static int Write(long value, Span<SignedDigit> digits)
    {
        var count = 0;
        var rest = (Int128)value;
        for (var shift = 0; rest != 0; shift++, rest >>= 1)
        {
            if (Int128.IsEvenInteger(rest))
            {
                continue;
            }

            var negative = ((int)rest & 3) == 3;
            digits[count++] = new(shift, negative);
            rest += negative ? 1 : -1;
        }

        return count;
    }

    private static ulong Magnitude(long value) => value < 0 ? (ulong)-value : (ulong)value;
}

/// <summary>One signed power of two.</summary>
/// <param name="Shift">The power.</param>
/// <param name="Negative">Whether it is subtracted.</param>
public readonly record struct SignedDigit(int Shift, bool Negative);
