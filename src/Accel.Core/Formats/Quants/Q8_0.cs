using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.Quants;

/// <summary><c>{f16 d; i8 q[32]}</c>: <c>y = d * q</c>.</summary>
internal static class Q8_0
{
    public static readonly StorageFormat Format = new("Q8_0", 32, 34, Decode) { FloatFields = [new(0, FloatEncoding.Half)] };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        for (; y.Length > 0; source = source[34..], y = y[32..])
        {
            var d = HalfPrecision.Read(source, 0);
            Lanes.Scale(Lanes.Load(source, 2).AsSByte(), d, y);
            Lanes.Scale(Lanes.Load(source, 18).AsSByte(), d, y[16..]);
        }
    }
}
