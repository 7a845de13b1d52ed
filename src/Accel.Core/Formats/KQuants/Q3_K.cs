using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.KQuants;

/// <summary>
/// <c>{u8 hmask[32]; u8 qs[64]; u8 scales[12]; f16 d}</c>: sixteen sub-blocks of 16 three-bit codes under six-bit scales,
/// <c>y = d * (scale - 32) * (q - 4)</c>; the third bit of a code comes from <c>hmask</c>.
/// </summary>
internal static class Q3_K
{
    public static readonly StorageFormat Format = new("Q3_K", 256, 110, Decode) { FloatFields = [new(108, FloatEncoding.Half)] };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        for (; y.Length > 0; source = source[110..], y = y[256..])
        {
            var d = HalfPrecision.Read(source, 108);
            for (var sub = 0; sub < 16; sub++)
            {
                // Sub-block 8n + 2j + s holds bits 2j of the 16 bytes at 32n + 16s, and bit 4n + j of the mask's bytes at 16s.
                var (half, pair, side) = (sub / 8, (sub >> 1) & 3, sub & 1);
                var low = Lanes.Pair(Lanes.Load(source, 32 + 32 * half + 16 * side), 2 * pair);
                var top = Lanes.Bit(Lanes.Load(source, 16 * side), 4 * half + pair, 4);
                Lanes.Scale((low | top).AsSByte() - Vector128.Create((sbyte)4), d * Scale(source.Slice(96, 12), sub), y[(16 * sub)..]);
            }
        }
    }

    /// <summary>Scale i of the packed twelve bytes: four low bits in the first eight, two high bits in the last four.</summary>
    private static int Scale(ReadOnlySpan<byte> packed, int i)
    {
        var low = i < 8 ? packed[i] & 15 : packed[i - 8] >> 4;
        var high = (packed[8 + i % 4] >> (2 * (i / 4))) & 3;
        return (low | high << 4) - 32;
    }
}
