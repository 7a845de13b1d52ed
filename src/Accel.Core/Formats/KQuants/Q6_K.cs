using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.KQuants;

/// <summary>
/// <c>{u8 ql[128]; u8 qh[64]; i8 scales[16]; f16 d}</c>: sixteen sub-blocks of 16 six-bit codes,
/// <c>y = d * scale * (q - 32)</c>; four bits of a code in <c>ql</c>, two in <c>qh</c>.
/// </summary>
internal static class Q6_K
{
    public static readonly StorageFormat Format = new("Q6_K", 256, 210, Decode) { FloatFields = [new(208, FloatEncoding.Half)] };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        for (; y.Length > 0; source = source[210..], y = y[256..])
        {
            var d = HalfPrecision.Read(source, 208);
            for (var sub = 0; sub < 16; sub++)
            {
                // Sub-block 8n + 2k + s: quarter k of half n, side s of 16 lanes. Quarters 0 and 1 are low nibbles, 2 and 3 high ones.
                var (half, quarter, side) = (sub / 8, (sub >> 1) & 3, 16 * (sub & 1));
                var packed = Lanes.Load(source, 64 * half + 32 * (quarter & 1) + side);
                var low = quarter < 2 ? Lanes.Low(packed) : Lanes.High(packed);
                var top = Lanes.Pair(Lanes.Load(source, 128 + 32 * half + side), 2 * quarter) << 4;
                Lanes.Scale((low | top).AsSByte() - Vector128.Create((sbyte)32), d * (sbyte)source[192 + sub], y[(16 * sub)..]);
            }
        }
    }
}
