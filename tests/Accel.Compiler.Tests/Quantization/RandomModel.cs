using Accel.Compiler.Quantization;
using Accel.Core.Formats;
using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Compiler.Tests.Quantization;

/// <summary>Small models of random extents, blocks and weights: every block that the importer makes can occur.</summary>
internal sealed class RandomModel
{
    public const int Vocabulary = 40;

    private readonly Random _random;
    private readonly GraphBuilder _graph = new("random");
    private readonly Value _position;
    private readonly int _width;

    public RandomModel(int seed)
    {
        _random = new Random(seed);
        _width = Pick(8, 12, 20, 33);
        var tokens = _graph.Input("tokens", TensorType.I32(Dim.Tokens));
        _position = _graph.Input("position", TensorType.I32());
        var x = _graph.Add("embedding", new Embedding(), tokens, _graph.Parameter("embedding.weight", Vocabulary, _width));
        var layers = _random.Next(1, 4);
        for (var n = 0; n < layers; n++)
        {
            var name = $"layers.{n}";
            var normed = Norm($"{name}.norm", x);
            var mixed = _random.Next(5) switch
            {
                0 => Attention($"{name}.attention", normed, window: 0),
                1 => Attention($"{name}.attention", normed, Pick(1, 3, 7)),
                2 => ShortConv($"{name}.conv", normed),
                3 => Recurrent($"{name}.recurrent", normed),
                _ => SelectiveScan($"{name}.ssm", normed),
            };
            x = Add($"{name}.residual", x, mixed);
            x = Add(name, x, Mlp($"{name}.mlp", Norm($"{name}.mlp.norm", x)));
        }

        var head = _random.Next(2) == 0 ? _graph.Parameter("embedding.weight", Vocabulary, _width) : _graph.Parameter("logits.weight", Vocabulary, _width);
        _graph.Output("logits", _graph.Add("logits", new Linear(), Norm("norm", x), head));
        Graph = _graph.Build();
        Weights = WeightSet.Bind(Graph, "random", parameter => (Fill(parameter), parameter.Name));
    }

    public ModelGraph Graph { get; }

    public WeightSet Weights { get; }

    public int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(Vocabulary))];

    /// <summary>The weights that a quantised form's codes stand for; parameters that are no matrix stay as they are.</summary>
    public WeightSet Decoded(QuantizedGraph quantized) => WeightSet.Bind(Graph, "decoded", parameter =>
    {
        var matrix = quantized.Matrices.FirstOrDefault(m => m.Name == parameter.Name);
        if (matrix is null)
        {
            return (Weights[parameter], parameter.Name);
        }

        var values = new float[(long)matrix.Rows * matrix.Columns];
        for (var i = 0; i < values.Length; i++)
        {
            var (row, column) = (i / matrix.Columns, i % matrix.Columns);
            var mantissa = matrix.Data.Mantissas[(row * matrix.Groups) + (column / matrix.GroupSize)];
            var at = Graph.NodesOf<BlockLinear>().Any(node => ReferenceEquals(node.Operands[1], parameter) && ((BlockLinear)node.Op).InputMajor)
                ? (row / matrix.Columns * matrix.Columns * matrix.Columns) + (column * matrix.Columns) + (row % matrix.Columns)
                : i;
            values[at] = (float)Math.ScaleB(matrix.Data.Codes[i] * mantissa, -matrix.Exponent);
        }

        return (StoredTensor.FromFloats(parameter.Name, [.. parameter.Type.Shape.Dims.Select(dim => dim.Value)], values), parameter.Name);
    });

    private Value Attention(string name, Value x, int window)
    {
        var (keyHeads, group, headWidth) = (Pick(1, 2, 3), Pick(1, 2), Pick(4, 6, 16));
        var rope = new Rope(Pick(0, 1) == 0 ? RopeLayout.Half : RopeLayout.Interleaved, RopeFrequencies.Default(100, headWidth - Pick(0, 2)));
        var hasNorm = Pick(0, 1) == 1;
        Value Heads(string part, int heads)
        {
            var split = _graph.Add($"{name}.{part}.heads", new Reshape(heads, headWidth), Linear($"{name}.{part}", x, heads * headWidth));
            split = hasNorm ? Norm($"{name}.{part}.norm", split) : split;
            return _graph.Add($"{name}.{part}.rotated", rope, split, _position);
        }

        var (query, key) = (Heads("query", keyHeads * group), Heads("key", keyHeads));
        var value = _graph.Add($"{name}.value.heads", new Reshape(keyHeads, headWidth), Linear($"{name}.value", x, keyHeads * headWidth));
        var (kind, slots) = window > 0 ? (StateKind.Ring, (Dim)window) : (StateKind.Full, Dim.Context);
        var keys = _graph.State($"{name}.keys", kind, slots, keyHeads, headWidth);
        var values = _graph.State($"{name}.values", kind, slots, keyHeads, headWidth);
        var mixed = _graph.Add(
            [$"{name}.mix", $"{name}.keys.next", $"{name}.values.next"],
            new Attention { Scale = 1 / Math.Sqrt(headWidth), Window = window },
            query, key, value, _position, keys, values);
        _graph.Next(keys, mixed[1]);
        _graph.Next(values, mixed[2]);
        return Linear($"{name}.output", _graph.Add($"{name}.mix.flat", new Reshape(keyHeads * group * headWidth), mixed[0]), _width);
    }

    private Value ShortConv(string name, Value x)
    {
        var parts = _graph.Add([$"{name}.b", $"{name}.c", $"{name}.x"], new Split(_width, _width, _width), Linear($"{name}.in", x, 3 * _width));
        var mixed = Multiply($"{name}.product", Convolve($"{name}.conv", Multiply($"{name}.bx", parts[0], parts[2]), false), parts[1]);
        return Linear($"{name}.out", mixed, _width);
    }

    private Value Recurrent(string name, Value x)
    {
        var (heads, inner) = (Pick(1, 2, 4), 12);
        var gate = Apply($"{name}.y.gelu", Pick(0, 1) == 0 ? UnaryFunction.GeluTanh : UnaryFunction.GeluErf, Linear($"{name}.y", x, inner));
        var u = Convolve($"{name}.conv", Linear($"{name}.x", x, inner), true);
        var byHead = _graph.Add($"{name}.heads", new Reshape(heads, inner / heads), u);
        Value Gate(string part)
        {
            var inputMajor = Pick(0, 1) == 0;
            var product = _graph.Add($"{name}.{part}", new BlockLinear(inputMajor), byHead, _graph.Parameter($"{name}.{part}.weight", heads, inner / heads, inner / heads));
            var biased = Add($"{name}.{part}.biased", product, _graph.Parameter($"{name}.{part}.bias", heads, inner / heads));
            return _graph.Add($"{name}.{part}.flat", new Reshape(inner), Apply($"{name}.{part}.sigmoid", UnaryFunction.Sigmoid, biased));
        }

        var (input, recurrent) = (Gate("input_gate"), Gate("recurrent_gate"));
        var state = _graph.State($"{name}.state", StateKind.Recurrent, inner);
        var scanned = _graph.Add([$"{name}.scan", $"{name}.state.next"], new RgLru(8), u, input, recurrent, _graph.Parameter($"{name}.lambda", inner), state, _position);
        _graph.Next(state, scanned[1]);
        return Linear($"{name}.out", Multiply($"{name}.product", scanned[0], gate), _width);
    }

    private Value SelectiveScan(string name, Value x)
    {
        var (inner, states, rank) = (10, Pick(1, 4), 3);
        var parts = _graph.Add([$"{name}.x", $"{name}.z"], new Split(inner, inner), Linear($"{name}.in", x, 2 * inner));
        var u = Apply($"{name}.conv.silu", UnaryFunction.Silu, Convolve($"{name}.conv", parts[0], true));
        var selected = _graph.Add([$"{name}.low", $"{name}.b", $"{name}.c"], new Split(rank, states, states), Linear($"{name}.parameters", u, rank + (2 * states)));
        var dt = Apply($"{name}.softplus", UnaryFunction.Softplus, Linear($"{name}.dt", selected[0], inner));
        var rates = Apply($"{name}.rates", UnaryFunction.Negate, Apply($"{name}.a.exp", UnaryFunction.Exp, _graph.Parameter($"{name}.a", inner, states)));
        var state = _graph.State($"{name}.state", StateKind.Recurrent, inner, states);
        var scanned = _graph.Add(
            [$"{name}.scan", $"{name}.state.next"], new SelectiveScan(), u, dt, rates, selected[1], selected[2], _graph.Parameter($"{name}.d", inner), state);
        _graph.Next(state, scanned[1]);
        return Linear($"{name}.out", Multiply($"{name}.product", scanned[0], Apply($"{name}.z.silu", UnaryFunction.Silu, parts[1])), _width);
    }

    private Value Mlp(string name, Value x)
    {
        var inner = Pick(10, 35);
        var gate = Apply($"{name}.gate.silu", UnaryFunction.Silu, Linear($"{name}.gate", x, inner));
        return Linear($"{name}.down", Multiply($"{name}.product", gate, Linear($"{name}.up", x, inner)), _width);
    }

    private Value Convolve(string name, Value x, bool bias)
    {
        var channels = x.Type.Shape.Last;
        var taps = Pick(2, 4);
        var weight = _graph.Parameter($"{name}.weight", channels, taps);
        var state = _graph.State($"{name}.state", StateKind.Conv, taps - 1, channels);
        string[] names = [name, $"{name}.state.next"];
        var results = bias
            ? _graph.Add(names, new CausalConv(Bias: true), x, weight, _graph.Parameter($"{name}.bias", channels), state)
            : _graph.Add(names, new CausalConv(), x, weight, state);
        _graph.Next(state, results[1]);
        return results[0];
    }

    private Value Linear(string name, Value x, long output)
    {
        var weight = _graph.Parameter($"{name}.weight", output, x.Type.Shape.Last);
        return Pick(0, 1) == 0
            ? _graph.Add(name, new Linear(), x, weight)
            : _graph.Add(name, new Linear(Bias: true), x, weight, _graph.Parameter($"{name}.bias", output));
    }

    private Value Norm(string name, Value x) => _graph.Add(name, new RmsNorm(1e-5), x, _graph.Parameter($"{name}.weight", x.Type.Shape.Last));

    private Value Add(string name, Value a, Value b) => _graph.Add(name, new Binary(BinaryOperator.Add), a, b);

    private Value Multiply(string name, Value a, Value b) => _graph.Add(name, new Binary(BinaryOperator.Multiply), a, b);

    private Value Apply(string name, UnaryFunction function, Value x) => _graph.Add(name, new Unary(function), x);

    private int Pick(params int[] choices) => choices[_random.Next(choices.Length)];

    private StoredTensor Fill(Value parameter)
    {
        var shape = parameter.Type.Shape.Dims.Select(dim => dim.Value).ToArray();
        var scale = shape.Length > 1 && parameter.Name != "embedding.weight" ? 1.7 / Math.Sqrt(shape[^1]) : 1;
        var values = new float[parameter.Type.Shape.Elements];
        for (var i = 0; i < values.Length; i++)
        {
            var x = (2 * _random.NextDouble()) - 1;
            values[i] = (float)(parameter.Name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1 + (0.5 * x)
                : parameter.Name.EndsWith("lambda", StringComparison.Ordinal) ? -3 + x
                : parameter.Name.EndsWith("bias", StringComparison.Ordinal) ? 0.3 * x
                : x * scale);
        }

        return StoredTensor.FromFloats(parameter.Name, shape, values);
    }
}
