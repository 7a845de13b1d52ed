using Accel.Rtl.Synthesis;

namespace Accel.Rtl.Tests.Synthesis;

/// <summary>Counts of a table's logic: by hand, and against sets of all blocks written out.</summary>
public sealed class TableStructureTests
{
    [Fact]
    public void Constant_columns_choose_nothing()
    {
        // Three columns: always 0, always 1, the highest address bit. Ones join 15 and 7 times, the last eight of the second as the third does.
        var table = Of(3, [.. Enumerable.Range(0, 16).Select(address => (byte)(2 | (address >= 8 ? 4 : 0)))]);
        Assert.Equal((0, 15), (table.Choices, table.Joins));
        Assert.Equal(16, table.Entries);
    }

    [Fact]
    public void Equal_columns_are_one()
    {
        byte[] random = [.. Enumerable.Range(0, 64).Select(i => (byte)((i * 37 >> 2) & 1))];
        var one = Of(1, random);
        var three = Of(3, [.. random.Select(bit => (byte)(7 * bit))]);
        Assert.NotEqual(0, one.Choices);
        Assert.Equal((one.Choices, one.Joins), (three.Choices, three.Joins));
    }

    [Fact]
    public void A_complement_shares_its_choices_but_not_its_joins()
    {
        byte[] random = [.. Enumerable.Range(0, 64).Select(i => (byte)((i * 37 >> 2) & 1))];
        var both = Of(2, [.. random.Select(bit => (byte)(bit == 1 ? 1 : 2))]);
        Assert.Equal(Of(1, random).Choices, both.Choices);
        Assert.True(both.Joins > Of(1, random).Joins);
    }

    [Fact]
    public void Counts_are_those_of_all_blocks_written_out()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var (width, depth, density) = (random.Next(1, 40), random.Next(1, 90), random.NextDouble());
            var table = new TableStructure(width);
            var columns = Enumerable.Range(0, width).Select(_ => new char[128]).ToArray();
            foreach (var column in columns)
            {
                Array.Fill(column, '0');
            }

            for (var address = 0; address < depth; address++)
            {
                // Some addresses are left out, as those of constants that are 0 are.
                if (random.Next(5) == 0)
                {
                    continue;
                }

                var constant = new byte[(width + 7) / 8];
                for (var k = 0; k < width; k++)
                {
                    var bit = random.NextDouble() < density ? 1 : 0;
                    constant[k / 8] |= (byte)(bit << (k % 8));
                    columns[k][address] = (char)('0' + bit);
                }

                table.Add(address, constant);
            }

            table.Count();
            Assert.True(Naive([.. columns.Select(column => new string(column))]) == (table.Choices, table.Joins), $"seed {seed}");
        }
    }

    [Fact]
    public void Addresses_ascend()
    {
        var table = new TableStructure(4);
        table.Add(3, [1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Add(3, [2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TableStructure(4).Add(-1, [2]));
    }

    private static TableStructure Of(int width, byte[] constants)
    {
        var table = new TableStructure(width);
        for (var address = 0; address < constants.Length; address++)
        {
            table.Add(address, [constants[address]]);
        }

        return table.Count();
    }

    /// <summary>Columns as texts of 0 and 1, the value at address 0 first.</summary>
    private static (long Choices, long Joins) Naive(string[] columns)
    {
        var (choices, joins) = (0L, 0L);
        for (var size = 2; size <= columns[0].Length; size *= 2)
        {
            var nodes = new HashSet<string>();
            for (var place = 0; place < columns[0].Length; place += size)
            {
                var blocks = columns.Select(column => column.Substring(place, size)).Distinct().ToList();
                joins += blocks.Count(block => block[..(size / 2)].Contains('1') && block[(size / 2)..].Contains('1'));
                nodes.UnionWith(blocks.Where(block => block[..(size / 2)] != block[(size / 2)..] && IsMixed(block[..(size / 2)]) && IsMixed(block[(size / 2)..])).Select(Canonical));
            }

            choices += nodes.Count;
        }

        return (choices, joins);

        static bool IsMixed(string half) => half.Contains('0') && half.Contains('1');

        static string Canonical(string block) => block[0] == '0' ? block : string.Concat(block.Select(c => c == '0' ? '1' : '0'));
    }
}
