using Accel.Core.Formats;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Models.Checkpoints;

namespace Accel.Models.Architectures;

/// <summary>Mamba-1: blocks of one selective scan each, no attention, no MLP.</summary>
/// <remarks>Source: state-spaces/mamba, modules/mamba_simple.py. GGUF stores <c>A = -exp(A_log)</c>.</remarks>
internal sealed class Mamba : Architecture
{
    private static readonly (string Parameter, string Config, string Gguf)[] _names =
    [
        ("embedding.weight", "backbone.embeddings.weight", "token_embd.weight"),
        ("layers.{n}.ssm.norm.weight", "backbone.layers.{n}.norm.weight", "blk.{n}.attn_norm.weight"),
        ("layers.{n}.ssm.in.weight", "backbone.layers.{n}.mixer.in_proj.weight", "blk.{n}.ssm_in.weight"),
        ("layers.{n}.ssm.conv.weight", "backbone.layers.{n}.mixer.conv1d.weight", "blk.{n}.ssm_conv1d.weight"),
        ("layers.{n}.ssm.conv.bias", "backbone.layers.{n}.mixer.conv1d.bias", "blk.{n}.ssm_conv1d.bias"),
        ("layers.{n}.ssm.parameters.weight", "backbone.layers.{n}.mixer.x_proj.weight", "blk.{n}.ssm_x.weight"),
        ("layers.{n}.ssm.dt.weight", "backbone.layers.{n}.mixer.dt_proj.weight", "blk.{n}.ssm_dt.weight"),
        ("layers.{n}.ssm.dt.bias", "backbone.layers.{n}.mixer.dt_proj.bias", "blk.{n}.ssm_dt.bias"),
        ("layers.{n}.ssm.a", "", "blk.{n}.ssm_a"),
        ("layers.{n}.ssm.a_log", "backbone.layers.{n}.mixer.A_log", ""),
        ("layers.{n}.ssm.d", "backbone.layers.{n}.mixer.D", "blk.{n}.ssm_d"),
        ("layers.{n}.ssm.out.weight", "backbone.layers.{n}.mixer.out_proj.weight", "blk.{n}.ssm_out.weight"),
        ("norm.weight", "backbone.norm_f.weight", "output_norm.weight"),
        ("logits.weight", "lm_head.weight", "output.weight"),
    ];

    public override string Name => "mamba";

    public override IReadOnlyList<string> ModelTypes => ["mamba"];

    public override IReadOnlyList<string> GgufNames => ["mamba"];

    /// <summary>Reads both spellings: Hugging Face's (<c>hidden_size</c>, …) and the original's (<c>d_model</c>, …).</summary>
    public override Definition FromConfig(ConfigSource config)
    {
        Unsupported.UnlessText(config, "hidden_act", "silu");
        Unsupported.UnlessFlag(config, "use_bias", false);
        Unsupported.UnlessFlag(config, "use_conv_bias", true);
        var width = config.Integer(Either(config, "hidden_size", "d_model"), max: ExtentLimits.Width);
        var inner = config.Has("intermediate_size") ? config.Integer("intermediate_size", max: ExtentLimits.Width) : config.OptionalInteger("expand", 2, max: ExtentLimits.Width / width) * width;
        var rankKey = Either(config, "time_step_rank", "dt_rank");
        var multiple = config.OptionalInteger("pad_vocab_size_multiple", 1, max: ExtentLimits.Vocabulary);
        var shape = new Extents(
            Vocabulary: (config.Integer("vocab_size", max: ExtentLimits.Vocabulary) + multiple - 1) / multiple * multiple,
            Width: width,
            Layers: config.Integer(Either(config, "num_hidden_layers", "n_layer"), max: ExtentLimits.Layers),
            Inner: inner,
            State: config.Integer(Either(config, "state_size", "d_state"), max: ExtentLimits.HeadWidth),
            Taps: config.OptionalInteger(Either(config, "conv_kernel", "d_conv"), 4, min: 2, max: 64),
            Rank: config.IsText(rankKey) || !config.Has(rankKey) ? (width + 15) / 16 : config.Integer(rankKey, max: ExtentLimits.Width),
            Epsilon: config.OptionalNumber("layer_norm_epsilon", 1e-5, 0, 1),
            Tied: config.OptionalBool("tie_word_embeddings", config.OptionalBool("tie_embeddings", true)),
            HasLogA: true);
        return new(Build(config.OptionalString("_name", Name), shape), ContextLength: 1 << 20, new(_names.Where(row => row.Config.Length > 0).Select(row => (row.Parameter, row.Config))));
    }

    public override Definition FromGguf(ConfigSource metadata, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        if (metadata.OptionalBool("mamba.ssm.dt_b_c_rms", false))
        {
            throw metadata.Fault("mamba.ssm.dt_b_c_rms", "false: the normed variant is not supported", "true");
        }

        var shape = new Extents(
            GgufConfig.Vocabulary(metadata, tensors),
            metadata.Integer("mamba.embedding_length", max: ExtentLimits.Width),
            metadata.Integer("mamba.block_count", max: ExtentLimits.Layers),
            metadata.Integer("mamba.ssm.inner_size", max: ExtentLimits.Width),
            metadata.Integer("mamba.ssm.state_size", max: ExtentLimits.HeadWidth),
            metadata.Integer("mamba.ssm.conv_kernel", min: 2, max: 64),
            metadata.Integer("mamba.ssm.time_step_rank", max: ExtentLimits.Width),
            metadata.Number("mamba.attention.layer_norm_rms_epsilon", 0, 1),
            Tied: !tensors.ContainsKey("output.weight"),
            HasLogA: false);
        return new(
            Build(metadata.OptionalString("general.name", Name), shape),
            metadata.Integer("mamba.context_length"),
            new(_names.Where(row => row.Gguf.Length > 0).Select(row => (row.Parameter, row.Gguf))));
    }

    private static ModelGraph Build(string name, Extents shape)
    {
        var graph = new GraphBuilder(GraphName.From(name));
        var blocks = new Blocks(graph, shape.Width);
        var x = blocks.Embed(shape.Vocabulary);
        for (var n = 0L; n < shape.Layers; n++)
        {
            var layer = $"layers.{n}";
            x = blocks.Add(layer, x, Mixer(graph, blocks, $"{layer}.ssm", blocks.Norm($"{layer}.ssm.norm", x, shape.Epsilon), shape));
        }

        blocks.Head(x, shape.Vocabulary, shape.Epsilon, shape.Tied);
        return graph.Build();
    }

    private static Value Mixer(GraphBuilder graph, Blocks blocks, string name, Value u, Extents shape)
    {
        var parts = graph.Add([$"{name}.x", $"{name}.z"], new Split(shape.Inner, shape.Inner), blocks.Linear($"{name}.in", u, 2 * shape.Inner));
        var x = blocks.Apply($"{name}.conv.silu", UnaryFunction.Silu, blocks.Convolve($"{name}.conv", parts[0], shape.Taps, bias: true));
        var selected = graph.Add(
            [$"{name}.dt.low", $"{name}.b", $"{name}.c"],
            new Split(shape.Rank, shape.State, shape.State),
            blocks.Linear($"{name}.parameters", x, shape.Rank + (2 * shape.State)));
        var dt = blocks.Apply($"{name}.dt.softplus", UnaryFunction.Softplus, blocks.Linear($"{name}.dt", selected[0], shape.Inner, bias: true));
        var a = shape.HasLogA
            ? blocks.Apply($"{name}.a.negated", UnaryFunction.Negate, blocks.Apply($"{name}.a.exp", UnaryFunction.Exp, graph.Parameter($"{name}.a_log", shape.Inner, shape.State)))
            : graph.Parameter($"{name}.a", shape.Inner, shape.State);
        var state = graph.State($"{name}.state", StateKind.Recurrent, shape.Inner, shape.State);
        var scanned = graph.Add(
            [$"{name}.scan", $"{name}.state.next"], new SelectiveScan(), x, dt, a, selected[1], selected[2], graph.Parameter($"{name}.d", shape.Inner), state);
        graph.Next(state, scanned[1]);
        var gate = blocks.Apply($"{name}.z.silu", UnaryFunction.Silu, parts[1]);
        return blocks.Linear($"{name}.out", blocks.Multiply($"{name}.product", scanned[0], gate), shape.Width);
    }

    private static string Either(ConfigSource config, string first, string second) => config.Has(first) ? first : second;

    private sealed record Extents(
        long Vocabulary, long Width, long Layers, long Inner, long State, long Taps, long Rank, double Epsilon, bool Tied, bool HasLogA);
}
