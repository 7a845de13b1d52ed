using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Accel.Core.Formats.Quants;

/// <summary><c>{f32 scale; i8 q[G]}</c>: <c>y = scale * q</c>. The product is rounded: a float32 scale has 24 bits.</summary>
internal static class Int8Group
{
    public static StorageFormat Format(int groupSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groupSize, 1);
        return new($"I8_G{groupSize}", groupSize, checked(groupSize + sizeof(float)), (source, y) => Decode(source, y, groupSize))
        {
            FloatFields = [new(0, FloatEncoding.Single)],
        };
    }

    private static void Decode(ReadOnlySpan<byte> source, Span<float> y, int groupSize)
    {
        for (; y.Length > 0; source = source[(groupSize + sizeof(float))..], y = y[groupSize..])
        {
            var scale = MemoryMarshal.Read<float>(source);
            var codes = source.Slice(sizeof(float), groupSize);
            var i = 0;
            for (; i <= groupSize - Lanes.Count; i += Lanes.Count)
            {
                Lanes.Scale(Lanes.Load(codes, i).AsSByte(), scale, y[i..]);
            }

            for (; i < groupSize; i++)
            {
                y[i] = (sbyte)codes[i] * scale;
            }
        }
    }
}
