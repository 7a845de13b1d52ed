using Accel.Graph.Ops;
using Accel.Graph.Tests.Text;
using Accel.Graph.Text;

namespace Accel.Graph.Tests.Ops;

public class MacsTests
{
    private static readonly StepShape _prefill = new(Tokens: 5, Position: 0, Capacity: 64);
    private static readonly StepShape _decode = new(Tokens: 1, Position: 9, Capacity: 64);

    [Fact]
    public void A_linear_layer_multiplies_every_weight_once_per_token() =>
        Assert.Equal(5 * 8 * 3, new Linear().Macs([TensorType.F32(Dim.Tokens, 8), TensorType.F32(3, 8)], _prefill));

    [Fact]
    public void Experts_cost_what_is_chosen_not_what_is_stored() =>
        Assert.Equal(5 * 2 * 8 * 3, new ExpertLinear().Macs([TensorType.F32(Dim.Tokens, 8), TensorType.I32(Dim.Tokens, 2), TensorType.F32(64, 3, 8)], _prefill));

    [Theory]
    [InlineData(0, 1 + 2 + 3 + 4 + 5, 10)]
    [InlineData(3, 1 + 2 + 3 + 3 + 3, 3)]
    public void Attention_counts_the_pairs_that_its_mask_lets_through(long window, long prefillPairs, long decodePairs)
    {
        var op = new Attention { Scale = 1, Window = window };
        var (q, k, v) = (TensorType.F32(Dim.Tokens, 4, 8), TensorType.F32(Dim.Tokens, 2, 8), TensorType.F32(Dim.Tokens, 2, 6));
        Assert.Equal(prefillPairs * 4 * (8 + 6), op.Macs([q, k, v], _prefill));
        Assert.Equal(decodePairs * 4 * (8 + 6), op.Macs([q, k, v], _decode));
    }

    [Fact]
    public void Cross_attention_sees_the_whole_source_from_every_query()
    {
        var op = new Attention { Scale = 1, Cache = CacheUse.None, Causal = false };
        var (q, k) = (TensorType.F32(Dim.Tokens, 4, 8), TensorType.F32(7, 4, 8));
        Assert.Equal(5 * 7 * 4 * (8 + 8), op.Macs([q, k, k], _prefill));
        Assert.Equal(7 * 4 * (8 + 8), op.Macs([q, k, k], _decode));
    }

    [Fact]
    public void Work_grows_with_the_tokens_for_every_op_that_multiplies()
    {
        foreach (var node in GraphParser.Parse("every-op", EveryOp.Text).Nodes)
        {
            var operands = node.Operands.Select(operand => operand.Type).ToArray();
            var (one, two) = (node.Op.Macs(operands, _decode with { Tokens = 1 }), node.Op.Macs(operands, _decode with { Tokens = 2 }));
            Assert.True(one >= 0 && two >= 2 * one, $"{node.Op.Mnemonic}: {one} MACs for a token, {two} for two");
        }
    }
}
