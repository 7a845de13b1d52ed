using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.Tables;

/// <summary>
/// <c>{u8 e; u8 qs[16]}</c>: E2M1 codes under the scale <c>2^(e-127)</c>. The table holds doubled values, so the scale is
/// <c>2^(e-128)</c>. Low nibbles are elements 0-15, high ones 16-31 (the order of GGUF, not of safetensors).
/// </summary>
/// <remarks>OCP microscaling formats 1.0, sections 5.3.3 and 5.4.1: the scale code 255 is NaN.</remarks>
internal static class MXFP4
{
    public static readonly StorageFormat Format = new("MXFP4", 32, 17, Decode) { FloatFields = [new(0, FloatEncoding.PowerOfTwo)] };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        var table = Vector128.Create((sbyte)0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);
        for (; y.Length > 0; source = source[17..], y = y[32..])
        {
            var scale = Scale(source[0]);
            var packed = Lanes.Load(source, 1);
            Lanes.Scale(Vector128.Shuffle(table, Lanes.Low(packed).AsSByte()), scale, y);
            Lanes.Scale(Vector128.Shuffle(table, Lanes.High(packed).AsSByte()), scale, y[16..]);
        }
    }

    /// <summary><c>2^(e-128)</c>: subnormal for codes 0 and 1.</summary>
    private static float Scale(byte e) => e switch
    {
        255 => float.NaN,
        < 2 => BitConverter.Int32BitsToSingle(0x0020_0000 << e),
        _ => BitConverter.Int32BitsToSingle((e - 1) << 23),
    };
}
