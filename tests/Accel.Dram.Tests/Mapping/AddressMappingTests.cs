using Accel.Core.Diagnostics;
using Accel.Dram.Mapping;
using Accel.Dram.Standards;

namespace Accel.Dram.Tests.Mapping;

public class AddressMappingTests
{
    private static readonly DramDevice _ddr4 = StandardCatalogue.Resolve("DDR4-3200");

    [Fact]
    public void M1_and_M2_place_bits_as_the_reference_runs_do()
    {
        var m1 = AddressMapping.Parse("M1", _ddr4, 1);
        var m2 = AddressMapping.Parse("M2", _ddr4, 1);

        // 128 bursts per page, 4 groups, 4 banks.
        Assert.Equal((5, 2, 1, 7), Fields(m1, 5 + 128 * (2 + 4 * (1 + 4 * 7))));
        Assert.Equal((5, 2, 1, 7), Fields(m2, 2 + 4 * (5 + 128 * (1 + 4 * 7))));
        Assert.Equal(Fields(m2, 123_456_789), Fields(AddressMapping.Parse("ro,ba,co,bg", _ddr4, 1), 123_456_789));
        Assert.Equal(Fields(m2, 123_456_789), Fields(AddressMapping.Parse("rorabacobgch", _ddr4, 1), 123_456_789));
        Assert.Equal(Fields(m1, 99), Fields(AddressMapping.Parse("row|bank|bankgroup|column", _ddr4, 1), 99));

        static (int Column, int Group, int Bank, int Row) Fields(AddressMapping mapping, ulong burst)
        {
            var word = mapping.Apply(burst);
            return (mapping.Extract(word, Field.Column), mapping.Extract(word, Field.BankGroup), mapping.Extract(word, Field.Bank), mapping.Extract(word, Field.Row));
        }
    }

    [Fact]
    public void Split_fields_and_hashes_do_what_they_say()
    {
        var mapping = AddressMapping.Parse("row|column4|bank|bankgroup|column3;bank^row@1", _ddr4, 1);
        var word = mapping.Apply(0b101 | (0b11UL << 3) | (0b10UL << 5) | (0b1001UL << 7) | (0b110UL << 11));
        Assert.Equal(0b1001101, mapping.Extract(word, Field.Column));
        Assert.Equal(0b11, mapping.Extract(word, Field.BankGroup));
        Assert.Equal(0b110, mapping.Extract(word, Field.Row));
        Assert.Equal(0b10 ^ 0b11, mapping.Extract(word, Field.Bank));
    }

    [Theory]
    [InlineData("row|bank|column", "mapping: row|bank|column: expected 2 bits of bankgroup, so that every address bit is covered, found 0")]
    [InlineData("row|bank|bankgroup|colum", "did you mean 'column'?")]
    [InlineData("row|bank|bankgroup|column9", "expected 7 bits of column in all")]
    [InlineData("row|bank|bank|bankgroup|column", "expected 2 bits of bank in all")]
    [InlineData("row|bank|column|bankgroup;bank^bankgroup,bankgroup^bank", "a place of its own")]
    [InlineData("row|bank|column|bankgroup;bank^row@15", "expected 2 bits of another field")]
    [InlineData("row|bank|column|bankgroup;bank", "expected a hash such as")]
    [InlineData("row|bank|column|bankgroup;bank^row@x", "expected a bit number after @")]
    public void A_mapping_that_is_none_says_why(string text, string part) =>
        Assert.Contains(part, Assert.Throws<InputException>(() => AddressMapping.Parse(text, _ddr4, 1)).Message);

    [Fact]
    public void Channels_are_a_power_of_two_and_must_stand_in_the_mapping()
    {
        Assert.Contains("a power of two", Assert.Throws<InputException>(() => AddressMapping.Parse("M1", _ddr4, 3)).Message);
        Assert.Contains("2 bits of channel", Assert.Throws<InputException>(() => AddressMapping.Parse("row|bank|bankgroup|column", _ddr4, 4)).Message);
    }

    public static TheoryData<string> Mappings =>
    [
        "M1", "M2", "channel|row|rank|bank|column|bankgroup|pc", "row|rank|bank|column3|channel|bankgroup|pc|column2",
        "row|rank|bank|column|bankgroup|pc|channel;channel^row@2,bank^row,pc^row@9", "row|rank|channel|bank|column|bankgroup|pc;channel^column@1,bankgroup^row@3",
    ];

    [Theory]
    [MemberData(nameof(Mappings))]
    public void Local_numbers_count_a_pseudo_channels_bursts_in_address_order(string text)
    {
        var device = StandardCatalogue.Resolve("HBM3-6400");
        var mapping = AddressMapping.Parse(text, device, 8);
        var addressing = Enumerable.Range(0, 16).Select(i => new LocalAddressing(mapping, i / 2, i % 2)).ToArray();
        var random = new Random(3);
        foreach (var start in new[] { 0UL, 1UL << 20, (1UL << 28) - 5000, (ulong)random.NextInt64(1L << 28) })
        {
            var next = addressing.Select(a => a.CountBelow(start)).ToArray();
            for (var burst = start; burst < start + 5000; burst++)
            {
                var word = mapping.Apply(burst);
                var part = mapping.Extract(word, Field.Channel) * 2 + mapping.Extract(word, Field.PseudoChannel);
                Assert.Equal(next[part], addressing[part].CountBelow(burst));
                Assert.Equal(burst, addressing[part].ToBurstAddress(next[part]));
                Assert.Equal(word, addressing[part].Decode((long)next[part]));
                next[part]++;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Mappings))]
    public void A_range_of_addresses_is_shared_out_among_pseudo_channels_without_loss(string text)
    {
        var mapping = AddressMapping.Parse(text, StandardCatalogue.Resolve("HBM3-6400"), 8);
        var addressing = Enumerable.Range(0, 16).Select(i => new LocalAddressing(mapping, i / 2, i % 2)).ToArray();
        var random = new Random(4);
        for (var i = 0; i < 2000; i++)
        {
            var start = (ulong)random.NextInt64(1L << 28);
            var end = start + (ulong)random.NextInt64((1L << 28) - (long)start + 1);
            Assert.Equal(end - start, addressing.Aggregate(0UL, (sum, a) => sum + a.CountBelow(end) - a.CountBelow(start)));
        }

        Assert.All(addressing, a => Assert.Equal((0UL, 1UL << 24), (a.CountBelow(0), a.CountBelow(1UL << 28))));
    }

    [Fact]
    public void Every_place_is_reached_once()
    {
        var device = StandardCatalogue.Resolve("DDR4-3200") with { Organisation = new("tiny", 1, 8, 4, 4, 8, 32) };
        var mapping = AddressMapping.Parse("row|rank|bank|column|bankgroup|channel;bank^row@1,channel^row", device, 2);
        var words = Enumerable.Range(0, 1 << mapping.AddressBits).Select(i => mapping.Apply((ulong)i)).ToHashSet();
        Assert.Equal(1 << mapping.AddressBits, words.Count);
    }
}
