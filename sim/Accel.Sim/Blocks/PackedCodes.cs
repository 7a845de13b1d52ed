using System.Numerics;
using System.Runtime.InteropServices;
using Accel.Isa.Operands;

namespace Accel.Sim.Blocks;

/// <summary>Unpacks rows of codes at the edge of the array.</summary>
internal static class PackedCodes
{
    /// <param name="bytes">The row, from its first byte on.</param>
    /// <param name="codes">As many as are wanted; two's complement, sign-extended.</param>
    public static void Unpack(CodeFormat format, ReadOnlySpan<byte> bytes, Span<short> codes)
    {
        switch (format)
        {
            case CodeFormat.Int16:
                MemoryMarshal.Cast<byte, short>(bytes)[..codes.Length].CopyTo(codes);
                break;
            case CodeFormat.Int8:
                UnpackBytes(MemoryMarshal.Cast<byte, sbyte>(bytes)[..codes.Length], codes);
                break;
            case CodeFormat.Int4:
                UnpackNibbles(bytes, codes);
                break;
            case CodeFormat.Ternary:
                for (var i = 0; i < codes.Length; i++)
                {
                    codes[i] = (short)((sbyte)(bytes[i >> 2] << (6 - (2 * (i & 3)))) >> 6);
                }

                break;
            default:
                UnpackStream(bytes, codes, format.Bits());
                break;
        }
    }

    private static void UnpackBytes(ReadOnlySpan<sbyte> bytes, Span<short> codes)
    {
        var narrow = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(bytes);
        var wide = MemoryMarshal.Cast<short, Vector<short>>(codes);
        for (var i = 0; i < narrow.Length; i++)
        {
            Vector.Widen(narrow[i], out wide[2 * i], out wide[(2 * i) + 1]);
        }

        for (var i = narrow.Length * Vector<sbyte>.Count; i < codes.Length; i++)
        {
            codes[i] = bytes[i];
        }
    }

    private static void UnpackNibbles(ReadOnlySpan<byte> bytes, Span<short> codes)
    {
        var pairs = codes.Length / 2;
        for (var i = 0; i < pairs; i++)
        {
            var pair = (sbyte)bytes[i];
            codes[2 * i] = (short)((sbyte)(pair << 4) >> 4);
            codes[(2 * i) + 1] = (short)(pair >> 4);
        }

        if ((codes.Length & 1) != 0)
        {
            codes[^1] = (short)((sbyte)(bytes[pairs] << 4) >> 4);
        }
    }

    private static void UnpackStream(ReadOnlySpan<byte> bytes, Span<short> codes, int bits)
    {
        for (var i = 0; i < codes.Length; i++)
        {
            var (place, offset) = Math.DivRem(i * bits, 8);
            var window = bytes[place] | (offset + bits > 8 ? bytes[place + 1] << 8 : 0);
            codes[i] = (short)(window << (32 - bits - offset) >> (32 - bits));
        }
    }
}
