using System.Runtime.InteropServices;
using Accel.Core.Formats;

namespace Accel.Core.Tests.Formats;

public sealed class HalfPrecisionTests
{
    private static readonly ushort[] _allPatterns = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];

    [Fact]
    public void All_65536_halves_convert_exactly_one_by_one_and_in_bulk()
    {
        var bulk = new float[65536];
        HalfPrecision.Widen(MemoryMarshal.AsBytes(_allPatterns.AsSpan()), bulk);
        foreach (var pattern in _allPatterns)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf(pattern);
            AssertSame(expected, HalfPrecision.ToSingle(pattern));
            AssertSame(expected, bulk[pattern]);
        }
    }

    [Fact]
    public void All_65536_bfloat16_values_are_the_upper_half_of_a_float()
    {
        var bulk = new float[65536];
        HalfPrecision.WidenBFloat16(MemoryMarshal.AsBytes(_allPatterns.AsSpan()), bulk);
        Assert.All(_allPatterns, pattern => Assert.Equal(pattern << 16, BitConverter.SingleToInt32Bits(bulk[pattern])));
    }

    [Fact]
    public void Integers_and_doubles_decode_to_the_nearest_float()
    {
        var y = new float[3];
        StorageFormats.I8.Decode([0x80, 0x7F, 0xFF], y);
        Assert.Equal([-128, 127, -1], y);
        StorageFormats.I16.Decode(MemoryMarshal.AsBytes<short>([short.MinValue, 300, -1]), y);
        Assert.Equal([-32768, 300, -1], y);
        StorageFormats.I32.Decode(MemoryMarshal.AsBytes<int>([16777217, -5, int.MinValue]), y);
        Assert.Equal([16777216, -5, -2147483648f], y);
        StorageFormats.F64.Decode(MemoryMarshal.AsBytes<double>([0.1, -1e300, double.NaN]), y);
        Assert.Equal([0.1f, float.NegativeInfinity, float.NaN], y);
    }

    private static void AssertSame(float expected, float actual) =>
        Assert.True(
            float.IsNaN(expected) ? float.IsNaN(actual) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual),
            $"expected {expected:R}, got {actual:R}");
}
