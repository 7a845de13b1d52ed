using Accel.Core.Formats;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Models.Checkpoints;

namespace Accel.Models.Architectures;

/// <summary>LFM2: gated short convolutions with some grouped-query attention layers, normed queries and keys, SwiGLU.</summary>
/// <remarks>Source: huggingface/transformers, modeling_lfm2.py; the final norm is named embedding_norm (GGUF: token_embd_norm).</remarks>
internal sealed class Lfm2 : Architecture
{
    private static readonly (string Parameter, string Config, string Gguf)[] _names =
    [
        ("embedding.weight", "model.embed_tokens.weight", "token_embd.weight"),
        ("layers.{n}.attention.norm.weight", "model.layers.{n}.operator_norm.weight", "blk.{n}.attn_norm.weight"),
        ("layers.{n}.attention.query.weight", "model.layers.{n}.self_attn.q_proj.weight", "blk.{n}.attn_q.weight"),
        ("layers.{n}.attention.query.norm.weight", "model.layers.{n}.self_attn.q_layernorm.weight", "blk.{n}.attn_q_norm.weight"),
        ("layers.{n}.attention.key.weight", "model.layers.{n}.self_attn.k_proj.weight", "blk.{n}.attn_k.weight"),
        ("layers.{n}.attention.key.norm.weight", "model.layers.{n}.self_attn.k_layernorm.weight", "blk.{n}.attn_k_norm.weight"),
        ("layers.{n}.attention.value.weight", "model.layers.{n}.self_attn.v_proj.weight", "blk.{n}.attn_v.weight"),
        ("layers.{n}.attention.output.weight", "model.layers.{n}.self_attn.out_proj.weight", "blk.{n}.attn_output.weight"),
        ("layers.{n}.conv.norm.weight", "model.layers.{n}.operator_norm.weight", "blk.{n}.attn_norm.weight"),
        ("layers.{n}.conv.in.weight", "model.layers.{n}.conv.in_proj.weight", "blk.{n}.shortconv.in_proj.weight"),
        ("layers.{n}.conv.conv.weight", "model.layers.{n}.conv.conv.weight", "blk.{n}.shortconv.conv.weight"),
        ("layers.{n}.conv.out.weight", "model.layers.{n}.conv.out_proj.weight", "blk.{n}.shortconv.out_proj.weight"),
        ("layers.{n}.mlp.norm.weight", "model.layers.{n}.ffn_norm.weight", "blk.{n}.ffn_norm.weight"),
        ("layers.{n}.mlp.gate.weight", "model.layers.{n}.feed_forward.w1.weight", "blk.{n}.ffn_gate.weight"),
        ("layers.{n}.mlp.up.weight", "model.layers.{n}.feed_forward.w3.weight", "blk.{n}.ffn_up.weight"),
        ("layers.{n}.mlp.down.weight", "model.layers.{n}.feed_forward.w2.weight", "blk.{n}.ffn_down.weight"),
        ("norm.weight", "model.embedding_norm.weight", "token_embd_norm.weight"),
        ("logits.weight", "lm_head.weight", "output.weight"),
    ];

    public override string Name => "lfm2";

    public override IReadOnlyList<string> ModelTypes => ["lfm2"];

    public override IReadOnlyList<string> GgufNames => ["lfm2"];

    public override Definition FromConfig(ConfigSource config)
    {
        if (config.OptionalBool("conv_bias", false))
        {
            throw config.Fault("conv_bias", "false", "true");
        }

        var width = config.Integer("hidden_size", max: ExtentLimits.Width);
        var heads = config.Integer("num_attention_heads", max: ExtentLimits.Heads);
        var headWidth = ExtentLimits.HeadWidthOf(config, "head_dim", "num_attention_heads", width, heads);
        var layers = config.Integer("num_hidden_layers", max: ExtentLimits.Layers);
        var attention = new AttentionBlock(
            heads, KeyHeads(config, "num_key_value_heads", config.Integer("num_key_value_heads"), heads), headWidth,
            new Rope(RopeLayout.Half, RopeConfig.Frequencies(config, headWidth, absentTheta: 1_000_000)))
        {
            QueryKeyNormEpsilon = config.Number("norm_eps", 0, 1),
            Window = config.OptionalInteger("sliding_window", 0),
        };
        return new(
            Build(
                config.OptionalString("_name", Name),
                Kinds(config, layers).Select(isAttention => isAttention ? attention : null).ToList(),
                new Extents(
                    config.Integer("vocab_size", max: ExtentLimits.Vocabulary), width, Inner(config), config.Integer("conv_L_cache", min: 2, max: 64),
                    config.Number("norm_eps", 0, 1), config.OptionalBool("tie_word_embeddings", config.OptionalBool("tie_embedding", true)))),
            config.Integer("max_position_embeddings"),
            new(_names.Select(row => (row.Parameter, row.Config))));
    }

    public override Definition FromGguf(ConfigSource metadata, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        var width = metadata.Integer("lfm2.embedding_length", max: ExtentLimits.Width);
        var layers = metadata.Integer("lfm2.block_count", max: ExtentLimits.Layers);
        var heads = metadata.Integer("lfm2.attention.head_count", max: ExtentLimits.Heads);
        var headWidth = ExtentLimits.HeadWidthOf(metadata, "lfm2.attention.key_length", "lfm2.attention.head_count", width, heads);
        var epsilon = metadata.Number("lfm2.attention.layer_norm_rms_epsilon", 0, 1);
        var keyHeads = metadata.Integers("lfm2.attention.head_count_kv", 0);
        if (keyHeads.Count != layers)
        {
            throw metadata.Fault("lfm2.attention.head_count_kv", $"{layers} entries, one per layer", $"{keyHeads.Count}");
        }

        var rope = new Rope(RopeLayout.Half, GgufConfig.RopeFrequencies(metadata, tensors, "lfm2", headWidth));
        var window = metadata.OptionalInteger("lfm2.attention.sliding_window", 0, min: 0);
        return new(
            Build(
                metadata.OptionalString("general.name", Name),
                keyHeads.Select(count => count == 0 ? null : new AttentionBlock(heads, KeyHeads(metadata, "lfm2.attention.head_count_kv", count, heads), headWidth, rope)
                {
                    QueryKeyNormEpsilon = epsilon,
                    Window = window,
                }).ToList(),
                new Extents(
                    GgufConfig.Vocabulary(metadata, tensors), width, metadata.Integer("lfm2.feed_forward_length", max: ExtentLimits.Width),
                    metadata.Integer("lfm2.shortconv.l_cache", min: 2, max: 64), epsilon, Tied: !tensors.ContainsKey("output.weight"))),
            metadata.Integer("lfm2.context_length"),
            new(_names.Select(row => (row.Parameter, row.Gguf))));
    }

    /// <param name="attention">Per layer the attention block, or null for a convolution.</param>
    private static ModelGraph Build(string name, List<AttentionBlock?> attention, Extents shape)
    {
        var graph = new GraphBuilder(GraphName.From(name));
        var blocks = new Blocks(graph, shape.Width);
        var x = blocks.Embed(shape.Vocabulary);
        for (var n = 0; n < attention.Count; n++)
        {
            var layer = $"layers.{n}";
            var mixer = attention[n] is null ? $"{layer}.conv" : $"{layer}.attention";
            var normed = blocks.Norm($"{mixer}.norm", x, shape.Epsilon);
            var mixed = attention[n] is { } block ? blocks.Attention(mixer, normed, block) : blocks.ShortConv(mixer, normed, shape.Taps);
            x = blocks.Add($"{mixer}.residual", x, mixed);
            x = blocks.Add(layer, x, blocks.SwiGlu($"{layer}.mlp", blocks.Norm($"{layer}.mlp.norm", x, shape.Epsilon), shape.Inner));
        }

        blocks.Head(x, shape.Vocabulary, shape.Epsilon, shape.Tied);
        return graph.Build();
    }

    /// <summary>Which layers are attention, by <c>layer_types</c> or <c>full_attn_idxs</c>.</summary>
    private static List<bool> Kinds(ConfigSource config, long layers)
    {
        if (!config.Has("layer_types"))
        {
            var indices = config.Integers("full_attn_idxs", 0, layers - 1);
            if (indices.Count > layers)
            {
                throw config.Fault("full_attn_idxs", $"at most {layers} entries, one per layer", $"{indices.Count}");
            }

            var attention = indices.ToHashSet();
            return [.. Enumerable.Range(0, (int)layers).Select(n => attention.Contains(n))];
        }

        var types = config.Strings("layer_types");
        if (types.Count != layers)
        {
            throw config.Fault("layer_types", $"{layers} entries, one per layer", $"{types.Count}");
        }

        return [.. types.Select(type => type switch
        {
            "full_attention" => true,
            "conv" => false,
            _ => throw config.Fault("layer_types", "'conv' or 'full_attention'", $"'{type}'"),
        })];
    }

    /// <summary>The inner width of the MLP: two thirds of <c>block_ff_dim</c>, scaled and rounded up, where the config asks for it.</summary>
    private static long Inner(ConfigSource config)
    {
        var inner = config.Integer(config.Has("block_ff_dim") ? "block_ff_dim" : "intermediate_size", max: ExtentLimits.Width);
        if (!config.OptionalBool("block_auto_adjust_ff_dim", false))
        {
            return inner;
        }

        var scaled = (long)(config.OptionalNumber("block_ffn_dim_multiplier", 1, double.Epsilon, 1024) * (2 * inner / 3));
        var multiple = config.Integer("block_multiple_of", max: ExtentLimits.Width);
        return (scaled + multiple - 1) / multiple * multiple;
    }

    private static long KeyHeads(ConfigSource config, string key, long keyHeads, long heads) =>
        heads % keyHeads == 0 ? keyHeads : throw config.Fault(key, $"a divisor of {heads} query heads", $"{keyHeads}");

    private sealed record Extents(long Vocabulary, long Width, long Inner, long Taps, double Epsilon, bool Tied);
}
