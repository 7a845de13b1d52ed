using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.ConstantMatrix.Graphs;
using Accel.Rtl.ConstantMatrix.Sharing;

namespace Accel.Rtl.Tests.ConstantMatrix;

public sealed class SumNetworkTests
{
    [Fact]
    public void Equal_digits_carry_and_opposite_digits_cancel()
    {
        var network = new SumNetwork(1, 1);
        foreach (var shift in new[] { 0, 1, 2 })
        {
            network.Add(1, new(0, shift, false));
        }

        // 1 + 2 + 4 = 8 - 1
        Assert.Equal(new HashSet<int> { new Term(0, 3, false).Packed, new Term(0, 0, true).Packed }, [.. network.Sum(1)]);
        network.Add(1, new(0, 0, false));
        Assert.Equal([new Term(0, 3, false).Packed], network.Sum(1).ToArray());
        network.Add(1, new(0, 3, false));
        Assert.Equal([new Term(0, 4, false).Packed], network.Sum(1).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_a_search_every_count_equals_a_recount(int seed)
    {
        var matrix = Matrices.Uniform(12, 10, -20, 20, seed);
        var network = Shared(matrix, seed, moves: 300);
        var adders = 0;
        var pairs = new Dictionary<PairKey, int>();
        for (var sum = network.Inputs; sum < network.Signals; sum++)
        {
            var terms = network.Sum(sum).ToArray();
            adders += Math.Max(0, terms.Length - 1);
            var weight = terms.Sum(term => 1L << network.Depth(new Term(term).Signal));
            Assert.Equal(weight, network.Weight(sum));
            Assert.Equal(IntegerMatrix.CeilingLog2(weight), network.Depth(sum));
            for (var a = 0; a < terms.Length; a++)
            {
                for (var b = 0; b < a; b++)
                {
                    var key = PairKey.Of(new(terms[a]), new(terms[b]));
                    pairs[key] = pairs.GetValueOrDefault(key) + 1;
                }
            }
        }

        Assert.Equal(adders, network.Adders);
        Assert.All(pairs, pair => Assert.Equal(pair.Value, network.Pairs[pair.Key]));
    }

    [Fact]
    public void Pairs_that_cannot_pay_are_not_looked_for()
    {
        var network = StartNetworks.Digits(Matrices.Uniform(32, 64, -8, 7, 1));
        var made = network.Work;
        var prices = new SumPrices(State: 1.6, OutputTerm: 0.2, OutputState: 0);
        var shared = new TileSearch(Enumerable.Repeat(1L << 20, 64).ToArray(), prices.Of, prices).Run(network, seed: 1, moves: 0, work: 0);

        // Few pairs stand in the fourteen outputs that would make one pay. Looking for the others too takes 160 times the work of making the network.
        Assert.InRange(shared.Work - made, 1, 20 * made);
    }

    [Fact]
    public void Rollback_restores_the_sums()
    {
        var network = Shared(Matrices.Uniform(12, 10, -20, 20, 4), 4, moves: 0);
        network.Commit();
        var before = Sums(network);
        var adders = network.Adders;
        while (network.Intermediates > 0)
        {
            network.Inline(network.Intermediate(0));
        }

        Assert.NotEqual(before, Sums(network));
        network.Rollback();
        Assert.Equal(before, Sums(network));
        Assert.Equal(adders, network.Adders);
    }

    [Fact]
    public void The_transpose_computes_the_transposed_matrix_and_its_transpose_the_matrix()
    {
        var matrix = Matrices.Uniform(9, 14, -30, 30, 5);
        var network = Shared(matrix, 5, moves: 100);
        var transposed = network.Rebuild(transposed: true);
        Assert.Equal(network.Adders + 14 - 9, transposed.Adders);
        var expected = Matrices.Of(14, 9, (i, j) => matrix[j, i]);
        Assert.True(GraphProof.Of(GraphBuilder.Build(transposed), expected).Exact);
        Assert.True(GraphProof.Of(GraphBuilder.Build(transposed.Rebuild(transposed: true)), matrix).Exact);
    }

    private static SumNetwork Shared(IntegerMatrix matrix, int seed, int moves)
    {
        var network = StartNetworks.Digits(matrix);
        var allowed = Enumerable.Repeat(1L << 12, matrix.Outputs).ToArray();
        var sharing = new PairSharing(network, allowed, SumPrices.Adders);
        var draw = new Draw((ulong)seed);
        network.Pairs.WatchAll();
        sharing.Run(ref draw);
        new SharingSearch(network, sharing, SumPrices.Adders).Run(ref draw, moves, long.MaxValue, 0.5, 0.1);
        return network;
    }

    private static string Sums(SumNetwork network) =>
        string.Join('\n', Enumerable.Range(0, network.Signals).Select(signal => string.Join(' ', network.Sum(signal).ToArray().Order())));
}
