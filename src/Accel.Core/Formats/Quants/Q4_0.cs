using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.Quants;

/// <summary><c>{f16 d; u8 qs[16]}</c>: <c>y = d * (nibble - 8)</c>; low nibbles are elements 0-15, high ones 16-31.</summary>
internal static class Q4_0
{
    public static readonly StorageFormat Format = new("Q4_0", 32, 18, Decode) { FloatFields = [new(0, FloatEncoding.Half)] };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        for (; y.Length > 0; source = source[18..], y = y[32..])
        {
            var d = HalfPrecision.Read(source, 0);
            var packed = Lanes.Load(source, 2);
            Lanes.Scale(Lanes.Low(packed).AsSByte() - Vector128.Create((sbyte)8), d, y);
            Lanes.Scale(Lanes.High(packed).AsSByte() - Vector128.Create((sbyte)8), d, y[16..]);
        }
    }
}
