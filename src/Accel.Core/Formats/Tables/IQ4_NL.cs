using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.Tables;

/// <summary><c>{f16 d; u8 qs[16]}</c>: <c>y = d * table[nibble]</c>, the table spaced for weights that crowd around zero.</summary>
internal static class IQ4_NL
{
    public static readonly StorageFormat Format = new("IQ4_NL", 32, 18, Decode) { FloatFields = [new(0, FloatEncoding.Half)] };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        var table = Vector128.Create((sbyte)-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);
        for (; y.Length > 0; source = source[18..], y = y[32..])
        {
            var d = HalfPrecision.Read(source, 0);
            var packed = Lanes.Load(source, 2);
            Lanes.Scale(Vector128.Shuffle(table, Lanes.Low(packed).AsSByte()), d, y);
            Lanes.Scale(Vector128.Shuffle(table, Lanes.High(packed).AsSByte()), d, y[16..]);
        }
    }
}
