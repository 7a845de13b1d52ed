using Accel.Core.Diagnostics;
using Accel.Graph.Ops;

namespace Accel.Models.Tests.Checkpoints;

/// <summary>A llama of one layer in GGUF: what its keys say is honoured or refused, and no tensor is left out in silence.</summary>
public sealed class GgufModelTests
{
    [Theory]
    [InlineData("llama.rope.scaling.factor", 4f, 0.25)]
    [InlineData("llama.rope.scale_linear", 4f, 0.25)]
    [InlineData("llama.rope.scaling.factor", 0f, 1.0)]
    public void Scaling_without_a_type_is_linear(string key, float factor, double first)
    {
        var model = Load(writer => writer.Add(key, factor));
        var rope = model.Graph.Nodes.Select(node => node.Op).OfType<Rope>().First();
        Assert.Equal(first, rope.Frequencies[0], 12);
    }

    [Theory]
    [InlineData("llama.attention.scale", 0.25f)]
    [InlineData("llama.logit_scale", 0.5f)]
    public void A_scale_that_is_not_honoured_is_refused(string key, float value) =>
        Assert.Contains(key, Assert.Throws<InputException>(() => Load(writer => writer.Add(key, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void Attention_that_is_not_causal_is_refused() =>
        Assert.Contains("causal", Assert.Throws<InputException>(() => Load(writer => writer.Add("llama.attention.causal", false))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_tensor_that_nothing_reads_is_named()
    {
        var fault = Assert.Throws<InputException>(() => Load(writer => writer.AddTensor("blk.0.attn_sinks.weight", [4], 0, new byte[16])));
        Assert.Contains("'blk.0.attn_sinks.weight'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_that_is_not_known_matters_only_where_text_is_read()
    {
        var model = Load(writer => writer.Add("tokenizer.ggml.model", "none"));
        Assert.Throws<InputException>(() => model.Tokenizer);
    }

    private static Model Load(Action<GgufWriter> change)
    {
        using var folder = new TemporaryFolder();
        var writer = new GgufWriter()
            .Add("general.architecture", "llama").Add("llama.block_count", 1u).Add("llama.embedding_length", 4u).Add("llama.attention.head_count", 1u)
            .Add("llama.feed_forward_length", 4u).Add("llama.attention.layer_norm_rms_epsilon", 1e-5f).Add("llama.context_length", 8u);
        change(writer);
        writer.AddTensor("token_embd.weight", [4, 4], 0, new byte[64]).AddTensor("output_norm.weight", [4], 0, new byte[16]);
        foreach (var name in new[] { "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down" })
        {
            writer.AddTensor($"blk.0.{name}.weight", [4, 4], 0, new byte[64]);
        }

        writer.AddTensor("blk.0.attn_norm.weight", [4], 0, new byte[16]).AddTensor("blk.0.ffn_norm.weight", [4], 0, new byte[16]);
        return ModelLoader.Load(folder.Write("m.gguf", writer.ToBytes()));
    }
}
