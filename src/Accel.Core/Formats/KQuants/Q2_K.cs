using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.KQuants;

/// <summary>
/// <c>{u8 scales[16]; u8 qs[64]; f16 d; f16 dmin}</c>: sixteen sub-blocks of 16 two-bit codes,
/// <c>y = d * (scale &amp; 15) * q - dmin * (scale >> 4)</c>.
/// </summary>
internal static class Q2_K
{
    public static readonly StorageFormat Format = new("Q2_K", 256, 84, Decode)
    {
        FloatFields = [new(80, FloatEncoding.Half), new(82, FloatEncoding.Half)],
    };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        for (; y.Length > 0; source = source[84..], y = y[256..])
        {
            var (d, dmin) = (HalfPrecision.Read(source, 80), HalfPrecision.Read(source, 82));
            for (var sub = 0; sub < 16; sub++)
            {
                // Sub-block 8n + 2j + s holds bits 2j of the 16 bytes at 32n + 16s.
                var codes = Lanes.Pair(Lanes.Load(source, 16 + 32 * (sub / 8) + 16 * (sub & 1)), sub & 6);
                var scale = source[sub];
                Lanes.Scale(codes.AsSByte(), d * (scale & 15), -(dmin * (scale >> 4)), y[(16 * sub)..]);
            }
        }
    }
}
