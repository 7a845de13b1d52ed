using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Models.Checkpoints;

namespace Accel.Models.Architectures;

/// <summary>
/// The bundled hybrid: gated short convolution, RG-LRU, sliding-window and full attention in one stack; every block is
/// <c>x += mixer(norm(x)); x += swiglu(norm(x))</c>.
/// </summary>
internal sealed class AccelHybrid : Architecture
{
    private static readonly TensorNames _names = new(
    [
        ("embedding.weight", "model.embed_tokens.weight"),
        .. new[] { "attention", "conv", "recurrent" }.Select(mixer => ($"layers.{{n}}.{mixer}.norm.weight", "model.layers.{n}.input_layernorm.weight")),
        ("layers.{n}.attention.query.weight", "model.layers.{n}.self_attn.q_proj.weight"),
        ("layers.{n}.attention.key.weight", "model.layers.{n}.self_attn.k_proj.weight"),
        ("layers.{n}.attention.value.weight", "model.layers.{n}.self_attn.v_proj.weight"),
        ("layers.{n}.attention.output.weight", "model.layers.{n}.self_attn.o_proj.weight"),
        ("layers.{n}.conv.in.weight", "model.layers.{n}.conv.in_proj.weight"),
        ("layers.{n}.conv.conv.weight", "model.layers.{n}.conv.conv.weight"),
        ("layers.{n}.conv.out.weight", "model.layers.{n}.conv.out_proj.weight"),
        ("layers.{n}.recurrent.y.weight", "model.layers.{n}.temporal_block.linear_y.weight"),
        ("layers.{n}.recurrent.y.bias", "model.layers.{n}.temporal_block.linear_y.bias"),
        ("layers.{n}.recurrent.x.weight", "model.layers.{n}.temporal_block.linear_x.weight"),
        ("layers.{n}.recurrent.x.bias", "model.layers.{n}.temporal_block.linear_x.bias"),
        ("layers.{n}.recurrent.conv.weight", "model.layers.{n}.temporal_block.conv_1d.weight"),
        ("layers.{n}.recurrent.conv.bias", "model.layers.{n}.temporal_block.conv_1d.bias"),
        ("layers.{n}.recurrent.input_gate.weight", "model.layers.{n}.temporal_block.rg_lru.input_gate_weight"),
        ("layers.{n}.recurrent.input_gate.bias", "model.layers.{n}.temporal_block.rg_lru.input_gate_bias"),
        ("layers.{n}.recurrent.recurrent_gate.weight", "model.layers.{n}.temporal_block.rg_lru.recurrent_gate_weight"),
        ("layers.{n}.recurrent.recurrent_gate.bias", "model.layers.{n}.temporal_block.rg_lru.recurrent_gate_bias"),
        ("layers.{n}.recurrent.lambda", "model.layers.{n}.temporal_block.rg_lru.recurrent_param"),
        ("layers.{n}.recurrent.out.weight", "model.layers.{n}.temporal_block.linear_out.weight"),
        ("layers.{n}.recurrent.out.bias", "model.layers.{n}.temporal_block.linear_out.bias"),
        ("layers.{n}.mlp.norm.weight", "model.layers.{n}.post_attention_layernorm.weight"),
        ("layers.{n}.mlp.gate.weight", "model.layers.{n}.mlp.gate_proj.weight"),
        ("layers.{n}.mlp.up.weight", "model.layers.{n}.mlp.up_proj.weight"),
        ("layers.{n}.mlp.down.weight", "model.layers.{n}.mlp.down_proj.weight"),
        ("norm.weight", "model.norm.weight"),
        ("logits.weight", "lm_head.weight"),
    ]);

    public override string Name => "accel_hybrid";

    public override IReadOnlyList<string> ModelTypes => ["accel_hybrid"];

    public override Definition FromConfig(ConfigSource config)
    {
        if (config.String("hidden_act") is var activation && activation != "silu")
        {
            throw config.Fault("hidden_act", "'silu'", $"'{activation}'");
        }

        var width = config.Integer("hidden_size", max: ExtentLimits.Width);
        var epsilon = config.Number("rms_norm_eps", 0, 1);
        var vocabulary = config.Integer("vocab_size", max: ExtentLimits.Vocabulary);
        var layers = config.Integer("num_hidden_layers", max: ExtentLimits.Layers);
        var types = config.Strings("layer_types");
        if (types.Count != layers)
        {
            throw config.Fault("layer_types", $"{layers} entries, one per layer", $"{types.Count}");
        }

        var graph = new GraphBuilder(GraphName.From(config.OptionalString("_name", Name)));
        var blocks = new Blocks(graph, width);
        var x = blocks.Embed(vocabulary);
        for (var n = 0; n < types.Count; n++)
        {
            var layer = $"layers.{n}";
            var mixer = layer + types[n] switch
            {
                "conv" => ".conv",
                "recurrent" => ".recurrent",
                "sliding_attention" or "full_attention" => ".attention",
                var other => throw config.Fault("layer_types", "'conv', 'recurrent', 'sliding_attention' or 'full_attention'", $"'{other}'"),
            };
            var normed = blocks.Norm($"{mixer}.norm", x, epsilon);
            var mixed = types[n] switch
            {
                "conv" => blocks.ShortConv(mixer, normed, config.Integer("conv_L_cache", min: 2, max: 64)),
                "recurrent" => Recurrent(graph, blocks, mixer, normed, config),
                _ => blocks.Attention(mixer, normed, Attention(config, types[n] == "sliding_attention")),
            };
            x = blocks.Add($"{mixer}.residual", x, mixed);
            x = blocks.Add(layer, x, blocks.SwiGlu($"{layer}.mlp", blocks.Norm($"{layer}.mlp.norm", x, epsilon), config.Integer("intermediate_size", max: ExtentLimits.Width)));
        }

        blocks.Head(x, vocabulary, epsilon, config.Bool("tie_word_embeddings"));
        return new(graph.Build(), config.Integer("max_position_embeddings"), _names);
    }

    private static AttentionBlock Attention(ConfigSource config, bool isWindowed)
    {
        var heads = config.Integer("num_attention_heads", max: ExtentLimits.Heads);
        var keyHeads = config.Integer("num_key_value_heads");
        if (heads % keyHeads != 0)
        {
            throw config.Fault("num_key_value_heads", $"a divisor of {heads} query heads", $"{keyHeads}");
        }

        var headWidth = ExtentLimits.HeadWidthOf(config, "head_dim", "num_attention_heads", config.Integer("hidden_size"), heads);
        return new(heads, keyHeads, headWidth, new Rope(RopeLayout.Half, RopeFrequencies.Default(config.Number("rope_theta", double.Epsilon), headWidth)))
        {
            Window = isWindowed ? config.Integer("sliding_window") : 0,
        };
    }

    /// <summary><c>out(rg_lru(conv(x(u))) * gelu(y(u)))</c>, as in RecurrentGemma.</summary>
    private static Value Recurrent(GraphBuilder graph, Blocks blocks, string name, Value u, ConfigSource config)
    {
        var width = config.Integer("lru_width", max: ExtentLimits.Width);
        var heads = config.Integer("lru_num_heads");
        if (width % heads != 0)
        {
            throw config.Fault("lru_num_heads", $"a divisor of lru_width {width}", $"{heads}");
        }

        var gate = blocks.Apply($"{name}.y.gelu", UnaryFunction.GeluTanh, blocks.Linear($"{name}.y", u, width, bias: true));
        var x = blocks.Convolve($"{name}.conv", blocks.Linear($"{name}.x", u, width, bias: true), config.Integer("conv1d_width", min: 2, max: 64), bias: true);
        var byHead = graph.Add($"{name}.conv.heads", new Reshape(heads, width / heads), x);
        var state = graph.State($"{name}.state", StateKind.Recurrent, width);
        var scanned = graph.Add(
            [$"{name}.scan", $"{name}.state.next"],
            new RgLru(config.Number("lru_c", double.Epsilon)),
            x,
            Gate($"{name}.input_gate"),
            Gate($"{name}.recurrent_gate"),
            graph.Parameter($"{name}.lambda", width),
            state,
            blocks.Position);
        graph.Next(state, scanned[1]);
        return blocks.Linear($"{name}.out", blocks.Multiply($"{name}.product", scanned[0], gate), config.Integer("hidden_size"), bias: true);

        Value Gate(string gateName)
        {
            var product = graph.Add(gateName, new BlockLinear(InputMajor: true), byHead, graph.Parameter($"{gateName}.weight", heads, width / heads, width / heads));
            var biased = blocks.Add($"{gateName}.biased", product, graph.Parameter($"{gateName}.bias", heads, width / heads));
            return graph.Add($"{gateName}.flat", new Reshape(width), blocks.Apply($"{gateName}.sigmoid", UnaryFunction.Sigmoid, biased));
        }
    }
}
