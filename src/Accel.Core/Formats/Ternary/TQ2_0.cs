using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.Ternary;

/// <summary><c>{u8 qs[64]; f16 d}</c>: <c>y = d * (q - 1)</c>, two bits an element; bits 2l of bytes 0-31 are elements 32l on.</summary>
internal static class TQ2_0
{
    public static readonly StorageFormat Format = new("TQ2_0", 256, 66, Decode) { FloatFields = [new(64, FloatEncoding.Half)] };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        for (; y.Length > 0; source = source[66..], y = y[256..])
        {
            var d = HalfPrecision.Read(source, 64);
            for (var run = 0; run < 16; run++)
            {
                // Run 8j + 2l + s: bits 2l of the sixteen bytes at 32j + 16s.
                var codes = Lanes.Pair(Lanes.Load(source, 32 * (run / 8) + 16 * (run & 1)), run & 6);
                Lanes.Scale(codes.AsSByte() - Vector128<sbyte>.One, d, y[(16 * run)..]);
            }
        }
    }
}
