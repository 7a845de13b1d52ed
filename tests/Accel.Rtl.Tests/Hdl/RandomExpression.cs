using System.Numerics;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Tests.Hdl;

/// <summary>Random trees of every kind of expression over a few inputs.</summary>
internal sealed class RandomExpression(Random random, IReadOnlyList<Unsigned> unsigned, IReadOnlyList<Signed> signed)
{
    private const int MostBits = 90;

    public Unsigned Unsigned(int depth)
    {
        if (depth == 0)
        {
            return random.Next(4) == 0 ? Accel.Rtl.Hdl.Unsigned.Constant(random.NextInt64() >> random.Next(63)) : unsigned[random.Next(unsigned.Count)];
        }

        var a = Narrow(Unsigned(depth - 1));
        var b = Narrow(Unsigned(random.Next(depth)));
        return random.Next(19) switch
        {
            0 => a + b,
            1 => a * b,
            2 => a & b.Resize(a.Width),
            3 => a | b.Resize(a.Width),
            4 => a ^ b.Resize(a.Width),
            5 => ~a,
            6 => random.Next(2) == 0 ? a < b : a >= b,
            7 => random.Next(2) == 0 ? a.Is(b) : a.IsNot(b),
            8 => random.Next(2) == 0 ? a.Any() : a.Every(),
            9 => RandomSlice(a),
            10 => a.Extend(a.Width + random.Next(9)),
            11 => a.Truncate(random.Next(1, a.Width + 1)),
            12 => a.ShiftLeft(b.Truncate(Math.Min(b.Width, 4)), random.Next(1, 40)),
            13 => a.ShiftRight(b.Truncate(Math.Min(b.Width, 5))),
            14 => Accel.Rtl.Hdl.Unsigned.Concat(a, b, a[0]),
            15 => a.Any().Select(b, Unsigned(random.Next(depth))),
            16 => Signed(depth - 1).AsUnsigned(),
            17 => a.WrappingSubtract(b.Resize(a.Width)),
            _ => random.Next(2) == 0 ? Signed(depth - 1) < Signed(random.Next(depth)) : Signed(depth - 1).Is(Signed(random.Next(depth))),
        };
    }

    public Signed Signed(int depth)
    {
        if (depth == 0)
        {
            return random.Next(4) == 0
                ? Accel.Rtl.Hdl.Signed.Constant((random.NextInt64() >> random.Next(63)) * (random.Next(2) == 0 ? 1 : -1))
                : signed[random.Next(signed.Count)];
        }

        var a = Narrow(Signed(depth - 1));
        var b = Narrow(Signed(random.Next(depth)));
        return random.Next(12) switch
        {
            0 => a + b,
            1 => a - b,
            2 => a * b,
            3 => -a,
            4 => a.Extend(a.Width + random.Next(9)),
            5 => a.Truncate(random.Next(1, a.Width + 1)),
            6 => a.ShiftRight(Unsigned(random.Next(depth)).Truncate(1)),
            7 => a.ShiftRight(random.Next(12)),
            8 => a.ShiftLeft(random.Next(5)).ShiftLeft(Unsigned(random.Next(depth)).Resize(3), random.Next(1, 50)),
            9 => Unsigned(depth - 1).Any().Select(a, b),
            10 => Unsigned(depth - 1).AsSigned(),
            _ => random.Next(2) == 0 ? Unsigned(depth - 1).ToSigned() : Unsigned(depth - 1) - Unsigned(random.Next(depth)),
        };
    }

    /// <summary>A value within the width, near its ends as often as not.</summary>
    public static BigInteger Value(Random random, int width, bool isSigned)
    {
        var bytes = new byte[(width / 8) + 1];
        random.NextBytes(bytes);
        var value = new BigInteger(bytes);
        return Bits.Wrap(random.Next(4) switch { 0 => 0, 1 => -1, 2 => BigInteger.One << (width - 1), _ => value }, width, isSigned);
    }

    private Unsigned RandomSlice(Unsigned value)
    {
        var low = random.Next(value.Width);
        return value.Slice(random.Next(low, value.Width), low);
    }

    private static Unsigned Narrow(Unsigned value) => value.Width > MostBits ? value.Truncate(MostBits) : value;

    private static Signed Narrow(Signed value) => value.Width > MostBits ? value.Truncate(MostBits) : value;
}
