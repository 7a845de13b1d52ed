using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.Ternary;

/// <summary>
/// <c>{u8 qs[48]; u8 qh[4]; f16 d}</c>: <c>y = d * (trit - 1)</c>, five trits a byte in <c>qs</c> and four in <c>qh</c>. A byte
/// is a fraction of 243 scaled to 256, so trit n is the whole part of three times the fraction left after n digits.
/// </summary>
internal static class TQ1_0
{
    public static readonly StorageFormat Format = new("TQ1_0", 256, 54, Decode) { FloatFields = [new(52, FloatEncoding.Half)] };

    private static ReadOnlySpan<byte> PowersOfThree => [1, 3, 9, 27, 81];

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        Span<byte> tail = stackalloc byte[Lanes.Count];
        for (; y.Length > 0; source = source[54..], y = y[256..])
        {
            var d = HalfPrecision.Read(source, 52);
            for (var n = 0; n < 5; n++)
            {
                Store(Lanes.Load(source, 0), n, d, y[(32 * n)..]);
                Store(Lanes.Load(source, 16), n, d, y[(32 * n + 16)..]);
                Store(Lanes.Load(source, 32), n, d, y[(160 + 16 * n)..]);
            }

            // Trit n of the four bytes of qh are elements 240 + 4n on: lane 4n + j holds byte j, already multiplied by 3^n.
            for (var lane = 0; lane < Lanes.Count; lane++)
            {
                tail[lane] = (byte)(source[48 + lane % 4] * PowersOfThree[lane / 4]);
            }

            Store(Vector128.Create(tail), 0, d, y[240..]);
        }
    }

    private static void Store(Vector128<byte> packed, int digit, float d, Span<float> y)
    {
        // The product with 3^n wraps within the byte: the digits before n fall off the top.
        var fraction = packed * Vector128.Create(PowersOfThree[digit]);
        var (low, high) = Vector128.Widen(fraction);
        var trits = Vector128.Narrow(low * 3 >>> 8, high * 3 >>> 8);
        Lanes.Scale(trits.AsSByte() - Vector128<sbyte>.One, d, y);
    }
}
