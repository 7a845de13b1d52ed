using System.Numerics;
using Accel.Isa.Operands;

namespace Accel.Sim.Tests;

/// <summary>Packs codes bit by bit, as the instruction set describes it.</summary>
internal static class Codes
{
    /// <summary>Any code that the format holds, extremes among them.</summary>
    public static long[] Draw(Random random, CodeFormat format, int count)
    {
        var half = 1L << (format.Bits() - 1);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(5) switch
        {
            0 => half - 1,
            1 => -half,
            _ => random.NextInt64(-half, half),
        })];
    }

    /// <summary>One row: code i takes the bits from <c>i * bits</c> on.</summary>
    public static byte[] Pack(CodeFormat format, ReadOnlySpan<long> codes)
    {
        var bits = format.Bits();
        var stream = BigInteger.Zero;
        for (var i = 0; i < codes.Length; i++)
        {
            stream |= (BigInteger)(codes[i] & ((1L << bits) - 1)) << (i * bits);
        }

        var bytes = stream.ToByteArray(isUnsigned: true);
        Array.Resize(ref bytes, (int)format.RowBytes(codes.Length));
        return bytes;
    }
}
