using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.Quants;

/// <summary><c>{f16 d; f16 m; u8 qh[4]; u8 qs[16]}</c>: <c>y = d * x + m</c>, codes as in <see cref="Q5_0"/>.</summary>
internal static class Q5_1
{
    public static readonly StorageFormat Format = new("Q5_1", 32, 24, Decode)
    {
        FloatFields = [new(0, FloatEncoding.Half), new(2, FloatEncoding.Half)],
    };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        for (; y.Length > 0; source = source[24..], y = y[32..])
        {
            var (d, m) = (HalfPrecision.Read(source, 0), HalfPrecision.Read(source, 2));
            var (low, high) = Q5_0.Codes(source[4..]);
            Lanes.Scale(low.AsSByte(), d, m, y);
            Lanes.Scale(high.AsSByte(), d, m, y[16..]);
        }
    }
}
