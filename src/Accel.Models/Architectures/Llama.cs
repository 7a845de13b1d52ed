using Accel.Core.Formats;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Models.Checkpoints;

namespace Accel.Models.Architectures;

/// <summary>
/// Llama and its kin: pre-norm grouped-query attention and SwiGLU. Hugging Face <c>LlamaForCausalLM</c> and
/// <c>MistralForCausalLM</c>, GGUF <c>llama</c>, llama2.c.
/// </summary>
internal sealed class Llama : Architecture
{
    private static readonly (string Parameter, string Config, string Gguf)[] _names =
    [
        ("embedding.weight", "model.embed_tokens.weight", "token_embd.weight"),
        ("layers.{n}.attention.norm.weight", "model.layers.{n}.input_layernorm.weight", "blk.{n}.attn_norm.weight"),
        ("layers.{n}.attention.query.weight", "model.layers.{n}.self_attn.q_proj.weight", "blk.{n}.attn_q.weight"),
        ("layers.{n}.attention.query.bias", "model.layers.{n}.self_attn.q_proj.bias", "blk.{n}.attn_q.bias"),
        ("layers.{n}.attention.key.weight", "model.layers.{n}.self_attn.k_proj.weight", "blk.{n}.attn_k.weight"),
        ("layers.{n}.attention.key.bias", "model.layers.{n}.self_attn.k_proj.bias", "blk.{n}.attn_k.bias"),
        ("layers.{n}.attention.value.weight", "model.layers.{n}.self_attn.v_proj.weight", "blk.{n}.attn_v.weight"),
        ("layers.{n}.attention.value.bias", "model.layers.{n}.self_attn.v_proj.bias", "blk.{n}.attn_v.bias"),
        ("layers.{n}.attention.output.weight", "model.layers.{n}.self_attn.o_proj.weight", "blk.{n}.attn_output.weight"),
        ("layers.{n}.attention.output.bias", "model.layers.{n}.self_attn.o_proj.bias", "blk.{n}.attn_output.bias"),
        ("layers.{n}.mlp.norm.weight", "model.layers.{n}.post_attention_layernorm.weight", "blk.{n}.ffn_norm.weight"),
        ("layers.{n}.mlp.gate.weight", "model.layers.{n}.mlp.gate_proj.weight", "blk.{n}.ffn_gate.weight"),
        ("layers.{n}.mlp.gate.bias", "model.layers.{n}.mlp.gate_proj.bias", "blk.{n}.ffn_gate.bias"),
        ("layers.{n}.mlp.up.weight", "model.layers.{n}.mlp.up_proj.weight", "blk.{n}.ffn_up.weight"),
        ("layers.{n}.mlp.up.bias", "model.layers.{n}.mlp.up_proj.bias", "blk.{n}.ffn_up.bias"),
        ("layers.{n}.mlp.down.weight", "model.layers.{n}.mlp.down_proj.weight", "blk.{n}.ffn_down.weight"),
        ("layers.{n}.mlp.down.bias", "model.layers.{n}.mlp.down_proj.bias", "blk.{n}.ffn_down.bias"),
        ("norm.weight", "model.norm.weight", "output_norm.weight"),
        ("logits.weight", "lm_head.weight", "output.weight"),
    ];

    public override string Name => "llama";

    public override IReadOnlyList<string> ModelTypes => ["llama", "mistral"];

    public override IReadOnlyList<string> GgufNames => ["llama"];

    public override Definition FromConfig(ConfigSource config)
    {
        Unsupported.UnlessText(config, "hidden_act", "silu");
        var width = config.Integer("hidden_size", max: ExtentLimits.Width);
        var heads = config.Integer("num_attention_heads", max: ExtentLimits.Heads);
        var headWidth = ExtentLimits.HeadWidthOf(config, "head_dim", "num_attention_heads", width, heads);
        var shape = new Extents(
            Vocabulary: config.Integer("vocab_size", max: ExtentLimits.Vocabulary),
            Width: width,
            Layers: config.Integer("num_hidden_layers", max: ExtentLimits.Layers),
            Inner: config.Integer("intermediate_size", max: ExtentLimits.Width),
            Epsilon: config.Number("rms_norm_eps", 0, 1),
            Tied: config.OptionalBool("tie_word_embeddings", false),
            MlpBias: config.OptionalBool("mlp_bias", false));
        var bias = config.OptionalBool("attention_bias", false);
        var layout = config.OptionalString("rope_layout", "half") switch
        {
            "half" => RopeLayout.Half,
            "interleaved" => RopeLayout.Interleaved,
            var other => throw config.Fault("rope_layout", "'half' or 'interleaved'", $"'{other}'"),
        };
        var attention = new AttentionBlock(heads, KeyHeads(config, "num_key_value_heads", heads), headWidth, new Rope(layout, RopeConfig.Frequencies(config, headWidth)))
        {
            Window = config.OptionalInteger("sliding_window", 0),
            Bias = bias,
            OutputBias = bias,
        };
        return new(Build(config.OptionalString("_name", Name), shape, attention), config.OptionalInteger("max_position_embeddings", 2048), new(_names.Select(row => (row.Parameter, row.Config))));
    }

    public override Definition FromGguf(ConfigSource metadata, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        if (metadata.OptionalInteger("llama.expert_count", 0, min: 0) > 0)
        {
            throw metadata.Fault("llama.expert_count", "0: mixtures of experts of this architecture are not supported", $"{metadata.Integer("llama.expert_count")}");
        }

        var width = metadata.Integer("llama.embedding_length", max: ExtentLimits.Width);
        var heads = metadata.Integer("llama.attention.head_count", max: ExtentLimits.Heads);
        var headWidth = ExtentLimits.HeadWidthOf(metadata, "llama.attention.key_length", "llama.attention.head_count", width, heads);
        Unsupported.UnlessNumber(metadata, "llama.attention.value_length", headWidth);
        Unsupported.UnlessNumber(metadata, "llama.attention.scale", 1 / Math.Sqrt(headWidth));
        Unsupported.UnlessNumber(metadata, "llama.logit_scale", 1);
        Unsupported.UnlessFlag(metadata, "llama.attention.causal", true);
        var shape = new Extents(
            Vocabulary: GgufConfig.Vocabulary(metadata, tensors),
            Width: width,
            Layers: metadata.Integer("llama.block_count", max: ExtentLimits.Layers),
            Inner: metadata.Integer("llama.feed_forward_length", max: ExtentLimits.Width),
            Epsilon: metadata.Number("llama.attention.layer_norm_rms_epsilon", 0, 1),
            Tied: !tensors.ContainsKey("output.weight"),
            MlpBias: tensors.ContainsKey("blk.0.ffn_gate.bias"));
        var attention = new AttentionBlock(
            heads,
            KeyHeads(metadata, "llama.attention.head_count_kv", heads),
            headWidth,
            new Rope(RopeLayout.Interleaved, GgufConfig.RopeFrequencies(metadata, tensors, "llama", headWidth)))
        {
            Window = metadata.OptionalInteger("llama.attention.sliding_window", 0, min: 0),
            Bias = tensors.ContainsKey("blk.0.attn_q.bias"),
            OutputBias = tensors.ContainsKey("blk.0.attn_output.bias"),
        };
        return new(
            Build(metadata.OptionalString("general.name", Name), shape, attention),
            metadata.Integer("llama.context_length"),
            new(_names.Select(row => (row.Parameter, row.Gguf))));
    }

    /// <summary>llama2.c: the header gives the extents; norms use 1e-5, rotation base 10,000, pairs lie side by side.</summary>
    /// <remarks>Source: karpathy/llama2.c, run.c and export.py.</remarks>
    public static Definition FromLlama2c(Llama2cHeader header)
    {
        var shape = new Extents(header.VocabSize, header.Dim, header.Layers, header.HiddenDim, Epsilon: 1e-5, header.SharedClassifier, MlpBias: false);
        var headWidth = header.Dim / header.Heads;
        var attention = new AttentionBlock(
            header.Heads, header.KvHeads, headWidth, new Rope(RopeLayout.Interleaved, RopeFrequencies.Default(10_000, headWidth)));
        return new(Build("llama2.c", shape, attention), header.SeqLen, new(_names.Select(row => (row.Parameter, row.Gguf))));
    }

    private static ModelGraph Build(string name, Extents shape, AttentionBlock attention)
    {
        var graph = new GraphBuilder(GraphName.From(name));
        var blocks = new Blocks(graph, shape.Width);
        var x = blocks.Embed(shape.Vocabulary);
        for (var n = 0L; n < shape.Layers; n++)
        {
            var layer = $"layers.{n}";
            var mixed = blocks.Attention($"{layer}.attention", blocks.Norm($"{layer}.attention.norm", x, shape.Epsilon), attention);
            x = blocks.Add($"{layer}.attention.residual", x, mixed);
            var mlp = blocks.SwiGlu($"{layer}.mlp", blocks.Norm($"{layer}.mlp.norm", x, shape.Epsilon), shape.Inner, shape.MlpBias);
            x = blocks.Add(layer, x, mlp);
        }

        blocks.Head(x, shape.Vocabulary, shape.Epsilon, shape.Tied);
        return graph.Build();
    }

    private static long KeyHeads(ConfigSource config, string key, long heads)
    {
        var keyHeads = config.OptionalInteger(key, heads);
        return heads % keyHeads == 0 ? keyHeads : throw config.Fault(key, $"a divisor of {heads} query heads", $"{keyHeads}");
    }

    private sealed record Extents(long Vocabulary, long Width, long Layers, long Inner, double Epsilon, bool Tied, bool MlpBias);
}
