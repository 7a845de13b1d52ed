using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.KQuants;

/// <summary>
/// <c>{f16 d; f16 dmin; u8 scales[12]; u8 qh[32]; u8 qs[128]}</c>: <see cref="Q4_K"/> with a fifth bit, bit i of <c>qh</c>
/// belonging to sub-block i.
/// </summary>
internal static class Q5_K
{
    public static readonly StorageFormat Format = new("Q5_K", 256, 176, Decode)
    {
        FloatFields = [new(0, FloatEncoding.Half), new(2, FloatEncoding.Half)],
    };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        for (; y.Length > 0; source = source[176..], y = y[256..])
        {
            var (d, dmin) = (HalfPrecision.Read(source, 0), HalfPrecision.Read(source, 2));
            for (var sub = 0; sub < 8; sub++)
            {
                var (scale, min) = Q4_K.SubScale(source.Slice(4, 12), sub);
                for (var l = 0; l < 32; l += Lanes.Count)
                {
                    var packed = Lanes.Load(source, 48 + 32 * (sub / 2) + l);
                    var codes = ((sub & 1) == 0 ? Lanes.Low(packed) : Lanes.High(packed)) | Lanes.Bit(Lanes.Load(source, 16 + l), sub, 16);
                    Lanes.Scale(codes.AsSByte(), d * scale, -(dmin * min), y[(32 * sub + l)..]);
                }
            }
        }
    }
}
