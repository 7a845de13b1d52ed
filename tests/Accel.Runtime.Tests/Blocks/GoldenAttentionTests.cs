using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Kernels;

namespace Accel.Runtime.Tests.Blocks;

/// <summary>Attention and its biases against golden values.</summary>
public class GoldenAttentionTests
{
    private readonly Block _b = new();

    [SkippableTheory]
    [InlineData("plain", false, 0)]
    [InlineData("sink_0p3", true, 0)]
    [InlineData("softcap_2", false, 2)]
    public void Attention_row(string name, bool sinks, double softCap)
    {
        var golden = new Golden("attention_row");
        var q = _b.Input([.. Enumerable.Repeat(golden.Numbers("q"), 5)], 1, 4);
        var (k, v) = (_b.Input(golden.Rows("K"), 1, 4), _b.Input(golden.Rows("V"), 1, 4));
        var op = new Attention { Scale = golden.Number("scale"), Sinks = sinks, SoftCap = softCap };
        var y = _b.Attend(op, q, k, v, sinks ? [_b.Weight([0.3])] : []);
        Near.Equal(golden.Numbers(name), _b.Run(_b.Add(new Reshape(4), y), 2, 3)[4]);
    }

    [SkippableFact]
    public void Latent_attention_expanded()
    {
        var golden = new Golden("mla");
        var c = _b.Input(golden.Rows("c"));
        var k = _b.Add(new Concat(), _b.Add(new Linear(), c, _b.Weight(golden.Rows("Wk_nope"))), _b.Input(golden.Rows("k_pe")));
        var v = _b.Add(new Linear(), c, _b.Weight(golden.Rows("Wv")));
        var q = _b.Input([.. Enumerable.Repeat<double[]>([.. golden.Numbers("q_nope"), .. golden.Numbers("q_pe")], 5)], 1, 5);
        var y = _b.Attend(new() { Scale = golden.Number("scale") }, q, _b.Add(new Reshape(1, 5), k), _b.Add(new Reshape(1, 2), v));
        Near.Equal(golden.Numbers("out"), _b.Run(_b.Add(new Reshape(2), y), 4, 1)[4]);
    }

    [SkippableFact]
    public void Latent_attention_absorbed()
    {
        var golden = new Golden("mla");
        var q = _b.Add(
            new Concat(),
            _b.Add(new BlockLinear(InputMajor: true), _b.Input([.. Enumerable.Repeat(golden.Numbers("q_nope"), 5)], 1, 3), _b.Weight([.. golden.Rows("Wk_nope").SelectMany(row => row)], 1, 3, 4)),
            _b.Input([.. Enumerable.Repeat(golden.Numbers("q_pe"), 5)], 1, 2));
        var k = _b.Add(new Concat(), _b.Input(golden.Rows("c"), 1, 4), _b.Input(golden.Rows("k_pe"), 1, 2));
        var op = new Attention { Scale = golden.Number("scale"), SharedKeyValue = 4 };
        var context = _b.Advance(op, q, k, _b.Position, _b.Caches(op, k)[0]);
        var y = _b.Add(new BlockLinear(), context, _b.Weight([.. golden.Rows("Wv").SelectMany(row => row)], 1, 2, 4));
        Near.Equal(golden.Numbers("out"), _b.Run(_b.Add(new Reshape(2), y), 2, 2, 1)[4]);
    }

    [SkippableTheory]
    [InlineData(8)]
    [InlineData(12)]
    public void Alibi_slopes(int heads)
    {
        var slopes = new AttentionBias.Alibi(heads, 8).Slopes.Select(slope => (double)slope).ToArray();
        Near.Equal(new Golden("alibi_slopes").Numbers($"{heads}"), slopes);
    }

    [SkippableTheory]
    [InlineData("bidirectional", true)]
    [InlineData("causal", false)]
    public void Relative_position_buckets(string name, bool bidirectional)
    {
        var golden = new Golden("t5_buckets");
        var buckets = golden.Numbers("rel_key_minus_query").Select(distance => (double)AttentionBias.Buckets.Bucket((long)distance, 32, 128, bidirectional));
        Assert.Equal(golden.Numbers(name), buckets);
    }
}
