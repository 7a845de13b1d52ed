using System.Text.Json;
using Accel.Core.Formats;
using Accel.Tests.Shared;

namespace Accel.Core.Tests.Formats;

public sealed class BlockFormatTests
{
    private const int Seed = 20260801;

    public static TheoryData<string> BlockFormats => [.. ReferenceDecoders.All.Keys];

    [SkippableTheory]
    [MemberData(nameof(BlockFormats))]
    public void A_golden_block_decodes_to_the_golden_floats(string name)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(SharedData.Path("golden", "quant_blocks.json")));
        var entry = golden.RootElement.EnumerateObject().Single(e => e.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        var block = Convert.FromHexString(entry.GetProperty("block_hex").GetString()!);
        var expected = entry.GetProperty("y").EnumerateArray().Select(y => (float)y.GetDouble()).ToArray();

        AssertBitwiseEqual(expected, Decode(Format(name), block));
    }

    [Theory]
    [MemberData(nameof(BlockFormats))]
    public void Random_blocks_decode_as_the_formula_says(string name)
    {
        var format = Format(name);
        var random = new Random(Seed);
        var blocks = new byte[7 * format.BlockBytes];
        for (var round = 0; round < 50; round++)
        {
            random.NextBytes(blocks);
            MakeScalesFinite(format, blocks);
            var expected = blocks.Chunk(format.BlockBytes).SelectMany(ReferenceDecoders.All[name]).Select(y => (float)y).ToArray();
            AssertBitwiseEqual(expected, Decode(format, blocks));
        }
    }

    [Theory]
    [MemberData(nameof(BlockFormats))]
    public void One_flipped_bit_of_a_block_changes_what_it_decodes_to(string name)
    {
        var format = Format(name);
        var block = new byte[format.BlockBytes];
        new Random(Seed).NextBytes(block);
        MakeScalesFinite(format, block);
        var before = Decode(format, block);
        var unread = 0;
        for (var bit = 0; bit < block.Length * 8; bit++)
        {
            block[bit / 8] ^= (byte)(1 << bit % 8);
            unread += before.AsSpan().SequenceEqual(Decode(format, block)) ? 1 : 0;
            block[bit / 8] ^= (byte)(1 << bit % 8);
        }

        // A sub-scale of zero hides its codes, and two ternary codes of one value are one; most bits must matter.
        Assert.InRange(unread, 0, block.Length * 8 / 5);
    }

    [Fact]
    public void The_catalogue_names_each_format_once_and_each_block_format_has_a_reference()
    {
        Assert.Equal(StorageFormats.All.Count, StorageFormats.All.Select(f => f.Name).Distinct().Count());
        Assert.Equal(
            ReferenceDecoders.All.Keys.Order(StringComparer.Ordinal),
            StorageFormats.All.Where(f => f.BlockElements > 1).Select(f => f.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Q4_0", 4.5)]
    [InlineData("Q4_1", 5.0)]
    [InlineData("Q5_0", 5.5)]
    [InlineData("Q5_1", 6.0)]
    [InlineData("Q8_0", 8.5)]
    [InlineData("Q2_K", 2.625)]
    [InlineData("Q3_K", 3.4375)]
    [InlineData("Q4_K", 4.5)]
    [InlineData("Q5_K", 5.5)]
    [InlineData("Q6_K", 6.5625)]
    [InlineData("IQ4_NL", 4.5)]
    [InlineData("MXFP4", 4.25)]
    [InlineData("TQ1_0", 1.6875)]
    [InlineData("TQ2_0", 2.0625)]
    public void Bits_per_element_are_the_published_ones(string name, double bits) => Assert.Equal(bits, Format(name).BitsPerElement);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(100)]
    public void An_int8_group_is_its_scale_times_its_codes(int groupSize)
    {
        var format = StorageFormats.Int8Group(groupSize);
        var random = new Random(Seed);
        var block = new byte[format.BlockBytes];
        random.NextBytes(block);
        BitConverter.TryWriteBytes(block, 0.37f);

        AssertBitwiseEqual([.. block.Skip(4).Select(q => 0.37f * (sbyte)q)], Decode(format, block));
        Assert.Equal(format, StorageFormats.Int8Group(groupSize));
        Assert.NotEqual(format, StorageFormats.Int8Group(groupSize + 1));
    }

    [Fact]
    public void Decoding_allocates_nothing()
    {
        var floats = new float[2560];
        foreach (var format in StorageFormats.All)
        {
            var blocks = new byte[format.RowBytes(floats.Length)];
            format.Decode(blocks, floats);
            var before = GC.GetAllocatedBytesForCurrentThread();
            format.Decode(blocks, floats);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void A_partial_block_is_refused() =>
        Assert.Throws<ArgumentException>(() => StorageFormats.Q4_0.Decode(new byte[18], new float[31]));

    private static StorageFormat Format(string name) => StorageFormats.All.Single(f => f.Name == name);

    private static float[] Decode(StorageFormat format, byte[] blocks)
    {
        var y = new float[blocks.Length / format.BlockBytes * format.BlockElements];
        format.Decode(blocks, y);
        return y;
    }

    /// <summary>Clears the top exponent bit of half scales, and keeps power-of-two scales where float32 is exact.</summary>
    private static void MakeScalesFinite(StorageFormat format, byte[] blocks)
    {
        for (var block = 0; block < blocks.Length; block += format.BlockBytes)
        {
            foreach (var field in format.FloatFields)
            {
                if (field.Encoding == FloatEncoding.PowerOfTwo)
                {
                    blocks[block + field.Offset] %= 250;
                }
                else
                {
                    blocks[block + field.Offset + 1] &= 0xBF;
                }
            }
        }
    }

    private static void AssertBitwiseEqual(float[] expected, float[] actual) =>
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
}
