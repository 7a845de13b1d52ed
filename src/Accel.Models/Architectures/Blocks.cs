using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Models.Architectures;

/// <summary>The extents and variants of an attention block.</summary>
internal sealed record AttentionBlock(long Heads, long KeyHeads, long HeadWidth, Rope Rope)
{
    /// <summary>Keys that a query sees, itself included; 0 for all.</summary>
    public long Window { get; init; }

    /// <summary>Biases on the query, key and value projections.</summary>
    public bool Bias { get; init; }

    /// <summary>A bias on the output projection.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Per-head norms on queries and keys before they rotate, if there are any.</summary>
    public double? QueryKeyNormEpsilon { get; init; }
}

/// <summary>
/// The blocks that architectures share, written on a graph. Each value is named after its block, so that reports and Verilog can
/// speak of <c>layers.2.attention.query</c>; a parameter is named after the value it makes.
/// </summary>
internal sealed class Blocks(GraphBuilder graph, long width)
{
    public Value Tokens { get; } = graph.Input("tokens", TensorType.I32(Dim.Tokens));

    public Value Position { get; } = graph.Input("position", TensorType.I32());

    /// <summary>Token rows of the table <c>embedding.weight [vocabulary, width]</c>.</summary>
    public Value Embed(long vocabulary) => graph.Add("embedding", new Embedding(), Tokens, graph.Parameter("embedding.weight", vocabulary, width));

    public Value Norm(string name, Value x, double epsilon) =>
        graph.Add(name, new RmsNorm(epsilon), x, graph.Parameter($"{name}.weight", x.Type.Shape.Last));

    public Value Linear(string name, Value x, long output, bool bias = false)
    {
        var weight = graph.Parameter($"{name}.weight", output, x.Type.Shape.Last);
        return bias
            ? graph.Add(name, new Linear(Bias: true), x, weight, graph.Parameter($"{name}.bias", output))
            : graph.Add(name, new Linear(), x, weight);
    }

    public Value Add(string name, Value a, Value b) => graph.Add(name, new Binary(BinaryOperator.Add), a, b);

    public Value Multiply(string name, Value a, Value b) => graph.Add(name, new Binary(BinaryOperator.Multiply), a, b);

    public Value Apply(string name, UnaryFunction function, Value x) => graph.Add(name, new Unary(function), x);

    /// <summary>Grouped-query attention with rotary positions and a KV cache; a ring where the block has a window.</summary>
    public Value Attention(string name, Value x, AttentionBlock block)
    {
        var query = Heads($"{name}.query", x, block.Heads, block);
        var key = Heads($"{name}.key", x, block.KeyHeads, block);
        var value = Linear($"{name}.value", x, block.KeyHeads * block.HeadWidth, block.Bias);
        value = graph.Add($"{name}.value.heads", new Reshape(block.KeyHeads, block.HeadWidth), value);
        var (kind, slots) = block.Window > 0 ? (StateKind.Ring, (Dim)block.Window) : (StateKind.Full, Dim.Context);
        var keys = graph.State($"{name}.keys", kind, slots, block.KeyHeads, block.HeadWidth);
        var values = graph.State($"{name}.values", kind, slots, block.KeyHeads, block.HeadWidth);
        var op = new Attention { Scale = 1 / Math.Sqrt(block.HeadWidth), Window = block.Window };
        var results = graph.Add([$"{name}.mix", $"{name}.keys.next", $"{name}.values.next"], op, query, key, value, Position, keys, values);
        graph.Next(keys, results[1]);
        graph.Next(values, results[2]);
        var mixed = graph.Add($"{name}.mix.flat", new Reshape(block.Heads * block.HeadWidth), results[0]);
        return Linear($"{name}.output", mixed, width, block.OutputBias);
    }

    /// <summary><c>down(silu(gate(x)) * up(x))</c>.</summary>
    public Value SwiGlu(string name, Value x, long inner, bool bias = false)
    {
        var gate = Apply($"{name}.gate.silu", UnaryFunction.Silu, Linear($"{name}.gate", x, inner, bias));
        var up = Linear($"{name}.up", x, inner, bias);
        return Linear($"{name}.down", Multiply($"{name}.product", gate, up), width, bias);
    }

    /// <summary>LFM2's gated short convolution: <c>out(C * conv(B * x))</c> with <c>[B | C | x] = in(u)</c>.</summary>
    public Value ShortConv(string name, Value u, long taps)
    {
        var parts = graph.Add([$"{name}.b", $"{name}.c", $"{name}.x"], new Split(width, width, width), Linear($"{name}.in", u, 3 * width));
        var gated = Multiply($"{name}.bx", parts[0], parts[2]);
        var convolved = Convolve($"{name}.conv", gated, taps, bias: false);
        return Linear($"{name}.out", Multiply($"{name}.product", parts[1], convolved), width);
    }

    /// <summary>Depthwise causal convolution with its state.</summary>
    public Value Convolve(string name, Value x, long taps, bool bias)
    {
        var channels = x.Type.Shape.Last;
        var weight = graph.Parameter($"{name}.weight", channels, taps);
        var state = graph.State($"{name}.state", StateKind.Conv, taps - 1, channels);
        string[] names = [name, $"{name}.state.next"];
        var results = bias
            ? graph.Add(names, new CausalConv(Bias: true), x, weight, graph.Parameter($"{name}.bias", channels), state)
            : graph.Add(names, new CausalConv(), x, weight, state);
        graph.Next(state, results[1]);
        return results[0];
    }

    /// <summary>The last norm and the head; with tied weights the head is the embedding table.</summary>
    public void Head(Value x, long vocabulary, double epsilon, bool tied)
    {
        var normed = Norm("norm", x, epsilon);
        graph.Output("logits", tied ? graph.Add("logits", new Linear(), normed, graph.Parameter("embedding.weight", vocabulary, width)) : Linear("logits", normed, vocabulary));
    }

    private Value Heads(string name, Value x, long heads, AttentionBlock block)
    {
        var projected = Linear(name, x, heads * block.HeadWidth, block.Bias);
        var split = graph.Add($"{name}.heads", new Reshape(heads, block.HeadWidth), projected);
        if (block.QueryKeyNormEpsilon is { } epsilon)
        {
            split = Norm($"{name}.norm", split, epsilon);
        }

        return graph.Add($"{name}.rotated", block.Rope, split, Position);
    }
}
