using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.Quants;

/// <summary><c>{f16 d; u8 qh[4]; u8 qs[16]}</c>: <c>y = d * (x - 16)</c>, the fifth bit of element i being bit i of <c>qh</c>.</summary>
internal static class Q5_0
{
    public static readonly StorageFormat Format = new("Q5_0", 32, 22, Decode) { FloatFields = [new(0, FloatEncoding.Half)] };

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y)
    {
        for (; y.Length > 0; source = source[22..], y = y[32..])
        {
            var d = HalfPrecision.Read(source, 0);
            var (low, high) = Codes(source[2..]);
            Lanes.Scale(low.AsSByte() - Vector128.Create((sbyte)16), d, y);
            Lanes.Scale(high.AsSByte() - Vector128.Create((sbyte)16), d, y[16..]);
        }
    }

    /// <summary>The 32 five-bit codes of <c>{u8 qh[4]; u8 qs[16]}</c>, 0 to 31.</summary>
    internal static (Vector128<byte> Low, Vector128<byte> High) Codes(ReadOnlySpan<byte> fields)
    {
        var fifth = MemoryMarshal.Read<uint>(fields);
        var packed = Lanes.Load(fields, 4);
        return (
            Lanes.Low(packed) | Lanes.Spread((ushort)fifth, 16),
            Lanes.High(packed) | Lanes.Spread((ushort)(fifth >> 16), 16));
    }
}
