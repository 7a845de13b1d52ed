using Accel.Core.Formats;

namespace Accel.Core.Tests.Formats;

public sealed class FiniteScanTests
{
    public static TheoryData<string> Formats => [.. StorageFormats.All.Select(f => f.Name), "I8_G64"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_scan_finds_the_element_that_decoding_finds(string name)
    {
        var format = name == "I8_G64" ? StorageFormats.Int8Group(64) : StorageFormats.All.Single(f => f.Name == name);
        var random = new Random(20260802);
        var elements = 5 * format.BlockElements * 23;
        for (var round = 0; round < 200; round++)
        {
            var bytes = GC.AllocateUninitializedArray<byte>((int)format.RowBytes(elements), pinned: true);
            if (round % 2 == 0)
            {
                // Almost all zero, so that the fault stands anywhere, also past the vectorised part.
                bytes.AsSpan().Clear();
                random.NextBytes(bytes.AsSpan(random.Next(bytes.Length - format.BlockBytes), format.BlockBytes));
            }
            else
            {
                random.NextBytes(bytes);
            }

            var tensor = StoredTensor.FromBytes("w", format, [5, elements / 5], bytes);
            Assert.Equal(Array.FindIndex(tensor.ToFloats(), y => !float.IsFinite(y)), tensor.FirstNonFinite());
        }
    }

    [Fact]
    public void Both_infinities_and_nan_are_found_in_each_plain_format()
    {
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var values = new float[1000];
            values[777] = bad;
            Assert.Equal(777, StoredTensor.FromFloats("w", [10, 100], values).FirstNonFinite());
        }
    }

    [Fact]
    public void The_largest_finite_values_pass()
    {
        Assert.Equal(-1, StoredTensor.FromFloats("w", [2], [float.MaxValue, float.MinValue]).FirstNonFinite());
        Assert.Equal(-1, Tensor(StorageFormats.F16, [0xFF, 0x7B, 0xFF, 0xFB]).FirstNonFinite());
        Assert.Equal(-1, Tensor(StorageFormats.F64, BitConverter.GetBytes((double)float.MaxValue)).FirstNonFinite());
        Assert.Equal(0, Tensor(StorageFormats.F64, BitConverter.GetBytes(2.0 * float.MaxValue)).FirstNonFinite());
    }

    [Theory]
    [InlineData(255, 0x00, 0)] // NaN, whatever the codes
    [InlineData(254, 0x03, -1)] // 2^126 * 3 is finite
    [InlineData(254, 0x04, 0)] // 2^126 * 4 is not
    public void A_power_of_two_scale_overflows_where_its_codes_do(byte scale, byte code, int expected)
    {
        var block = new byte[17];
        (block[0], block[1]) = (scale, code);
        Assert.Equal(expected, Tensor(StorageFormats.MXFP4, block).FirstNonFinite());
    }

    [Fact]
    public void An_unsupported_type_can_be_listed_and_names_itself_when_used()
    {
        var format = StorageFormats.Unsupported("model.safetensors", "mask", "BOOL", 1, 1);
        var error = Assert.Throws<Accel.Core.Diagnostics.InputException>(() => Tensor(format, [1, 0]).ToFloats());
        Assert.StartsWith("model.safetensors: mask: expected one of the types F32, F16,", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("found BOOL", error.Message, StringComparison.Ordinal);
    }

    private static StoredTensor Tensor(StorageFormat format, byte[] bytes)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned, 0);
        return StoredTensor.FromBytes("w", format, [bytes.Length / format.BlockBytes * format.BlockElements], pinned);
    }
}
