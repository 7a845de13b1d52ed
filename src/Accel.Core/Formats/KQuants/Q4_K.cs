using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.KQuants;

/// <summary>
/// <c>{f16 d; f16 dmin; u8 scales[12]; u8 qs[128]}</c>: eight sub-blocks of 32 four-bit codes,
/// <c>y = d * scale * q - dmin * min</c>.
/// </summary>
internal static class Q4_K
{
    public static readonly StorageFormat Format = new("Q4_K", 256, 144, Decode)
    {
        FloatFields = [new(0, FloatEncoding.Half), new(2, FloatEncoding.Half)],
    };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        for (; y.Length > 0; source = source[144..], y = y[256..])
        {
            var (d, dmin) = (HalfPrecision.Read(source, 0), HalfPrecision.Read(source, 2));
            for (var pair = 0; pair < 4; pair++)
            {
                var (scale, min) = SubScale(source.Slice(4, 12), 2 * pair);
                var (nextScale, nextMin) = SubScale(source.Slice(4, 12), 2 * pair + 1);
                for (var l = 0; l < 32; l += Lanes.Count)
                {
                    var packed = Lanes.Load(source, 16 + 32 * pair + l);
                    Lanes.Scale(Lanes.Low(packed).AsSByte(), d * scale, -(dmin * min), y[(64 * pair + l)..]);
                    Lanes.Scale(Lanes.High(packed).AsSByte(), d * nextScale, -(dmin * nextMin), y[(64 * pair + 32 + l)..]);
                }
            }
        }
    }

    /// <summary>Six-bit scale and minimum of sub-block i: the last four sub-blocks keep their top bits in the first eight bytes.</summary>
    internal static (int Scale, int Min) SubScale(ReadOnlySpan<byte> packed, int i) => i < 4
        ? (packed[i] & 63, packed[i + 4] & 63)
        : ((packed[i + 4] & 15) | (packed[i - 4] >> 6 << 4), (packed[i + 4] >> 4) | (packed[i] >> 6 << 4));
}
