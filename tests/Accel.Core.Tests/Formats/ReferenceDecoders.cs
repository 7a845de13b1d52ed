using System.Buffers.Binary;

namespace Accel.Core.Tests.Formats;

/// <summary>
/// The block formulas of ggml, one element at a time in float64: slow, without vectors, and independent of the decoders under
/// test. Each takes a block and fills one value per element.
/// </summary>
internal static class ReferenceDecoders
{
    private static readonly int[] _nonlinear = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];
    private static readonly int[] _e2m1Doubled = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    public static IReadOnlyDictionary<string, Func<byte[], double[]>> All { get; } = new Dictionary<string, Func<byte[], double[]>>
    {
        ["Q4_0"] = b => Fill(32, i => Half(b, 0) * (Nibble(b, 2, i) - 8)),
        ["Q4_1"] = b => Fill(32, i => Half(b, 0) * Nibble(b, 4, i) + Half(b, 2)),
        ["Q5_0"] = b => Fill(32, i => Half(b, 0) * ((Nibble(b, 6, i) | Fifth(b, 2, i)) - 16)),
        ["Q5_1"] = b => Fill(32, i => Half(b, 0) * (Nibble(b, 8, i) | Fifth(b, 4, i)) + Half(b, 2)),
        ["Q8_0"] = b => Fill(32, i => Half(b, 0) * (sbyte)b[2 + i]),
        ["IQ4_NL"] = b => Fill(32, i => Half(b, 0) * _nonlinear[Nibble(b, 2, i)]),
        ["MXFP4"] = b => Fill(32, i => b[0] == 255 ? double.NaN : Math.ScaleB(_e2m1Doubled[Nibble(b, 1, i)], b[0] - 128)),
        ["Q2_K"] = b => Fill(256, i => Half(b, 80) * (b[i / 16] & 15) * (b[16 + 32 * (i / 128) + i % 32] >> (2 * (i % 128 / 32)) & 3)
            - Half(b, 82) * (b[i / 16] >> 4)),
        ["Q3_K"] = b => Fill(256, i => Half(b, 108) * Scale3(b, i / 16)
            * ((b[32 + 32 * (i / 128) + i % 32] >> (2 * (i % 128 / 32)) & 3) - ((b[i % 32] >> (i / 32) & 1) == 1 ? 0 : 4))),
        ["Q4_K"] = b => Fill(256, i => Half(b, 0) * Scale4(b, i / 32) * NibbleOfPair(b, 16, i) - Half(b, 2) * Min4(b, i / 32)),
        ["Q5_K"] = b => Fill(256, i => Half(b, 0) * Scale4(b, i / 32) * (NibbleOfPair(b, 48, i) + 16 * (b[16 + i % 32] >> (i / 32) & 1))
            - Half(b, 2) * Min4(b, i / 32)),
        ["Q6_K"] = b => Fill(256, i => Half(b, 208) * (sbyte)b[192 + i / 16] * (Code6(b, i) - 32)),
        ["TQ2_0"] = b => Fill(256, i => Half(b, 64) * ((b[32 * (i / 128) + i % 32] >> (2 * (i % 128 / 32)) & 3) - 1)),
        ["TQ1_0"] = b => Fill(256, i => Half(b, 52) * (Trit(b, i) - 1)),
    };

    private static double[] Fill(int count, Func<int, double> element) => [.. Enumerable.Range(0, count).Select(element)];

    private static double Half(byte[] b, int offset) => (double)BinaryPrimitives.ReadHalfLittleEndian(b.AsSpan(offset));

    private static int Nibble(byte[] b, int offset, int i) => i < 16 ? b[offset + i] & 15 : b[offset + i - 16] >> 4;

    private static int Fifth(byte[] b, int offset, int i) => (int)(BinaryPrimitives.ReadUInt32LittleEndian(b.AsSpan(offset)) >> i & 1) << 4;

    private static int NibbleOfPair(byte[] b, int offset, int i)
    {
        var packed = b[offset + 32 * (i / 64) + i % 32];
        return i % 64 < 32 ? packed & 15 : packed >> 4;
    }

    private static int Scale3(byte[] b, int i)
    {
        var low = i < 8 ? b[96 + i] & 15 : b[96 + i - 8] >> 4;
        return (low | (b[96 + 8 + i % 4] >> (2 * (i / 4)) & 3) << 4) - 32;
    }

    private static int Scale4(byte[] b, int i) => i < 4 ? b[4 + i] & 63 : (b[4 + i + 4] & 15) | b[4 + i - 4] >> 6 << 4;

    private static int Min4(byte[] b, int i) => i < 4 ? b[4 + i + 4] & 63 : b[4 + i + 4] >> 4 | b[4 + i] >> 6 << 4;

    private static int Code6(byte[] b, int i)
    {
        var (half, k, l) = (i / 128, i % 128 / 32, i % 32);
        var low = b[64 * half + 32 * (k % 2) + l];
        return (k < 2 ? low & 15 : low >> 4) | (b[128 + 32 * half + l] >> (2 * k) & 3) << 4;
    }

    private static int Trit(byte[] b, int i)
    {
        var (at, digit) = i switch
        {
            < 160 => (i % 32, i / 32),
            < 240 => (32 + (i - 160) % 16, (i - 160) / 16),
            _ => (48 + (i - 240) % 4, (i - 240) / 4),
        };
        var shifted = (byte)(b[at] * (int)Math.Pow(3, digit));
        return shifted * 3 >> 8;
    }
}
