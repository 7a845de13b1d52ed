using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.Quants;

/// <summary><c>{f16 d; f16 m; u8 qs[16]}</c>: <c>y = d * nibble + m</c>; low nibbles are elements 0-15, high ones 16-31.</summary>
internal static class Q4_1
{
    public static readonly StorageFormat Format = new("Q4_1", 32, 20, Decode)
    {
        FloatFields = [new(0, FloatEncoding.Half), new(2, FloatEncoding.Half)],
    };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        for (; y.Length > 0; source = source[20..], y = y[32..])
        {
            var (d, m) = (HalfPrecision.Read(source, 0), HalfPrecision.Read(source, 2));
            var packed = Lanes.Load(source, 4);
            Lanes.Scale(Lanes.Low(packed).AsSByte(), d, m, y);
            Lanes.Scale(Lanes.High(packed).AsSByte(), d, m, y[16..]);
        }
    }
}
