using Accel.Graph.Ops;
using FsCheck;
using FsCheck.Fluent;

namespace Accel.Graph.Tests.Text;

/// <summary>Random graphs: chains of ops, each over values of those before that fit it.</summary>
internal static class RandomGraphs
{
    private const int MostNodes = 24;

    private static readonly TensorType _scalar = TensorType.I32();

    /// <summary>Each draw is a seed, so that a failure names one number.</summary>
    public static Gen<int> Seeds { get; } = Gen.Choose(0, int.MaxValue - 1);

    public static ModelGraph Create(int seed)
    {
        var random = new Random(seed);
        var builder = new GraphBuilder($"random-{seed}");
        var position = builder.Input("position", _scalar);
        var width = 2 * random.Next(1, 5);
        var values = new List<Value> { builder.Input("x", TensorType.F32(Dim.Tokens, width)), builder.Input("h", TensorType.F32(Dim.Tokens, random.Next(1, 4), width)) };
        for (var i = random.Next(1, MostNodes); i > 0; i--)
        {
            Grow(builder, random, values, position, i);
        }

        builder.Output("logits", values[^1]);
        return builder.Build();
    }

    private static void Grow(GraphBuilder builder, Random random, List<Value> values, Value position, int i)
    {
        var x = values[random.Next(values.Count)];
        var width = x.Type.Shape.Last.Value;
        var dims = x.Type.Shape.Dims;
        var perRow = new Shape([.. dims[1..]]).Elements;
        switch (random.Next(12))
        {
            case 0:
                values.Add(builder.Add($"u{i}", new Unary(Any<UnaryFunction>(random)), x));
                break;
            case 1:
                values.Add(builder.Add($"b{i}", new Binary(Any<BinaryOperator>(random)), x, values.FindLast(value => value.Type == x.Type)!));
                break;
            case 2:
                values.Add(builder.Add($"a{i}", new Affine(Number(random), random.Next(2) == 0 ? 0 : Number(random)), x));
                break;
            case 3:
                var rows = random.Next(1, 9);
                values.Add(builder.Add($"l{i}", new Linear(), x, builder.Parameter($"l{i}.w", rows, width)));
                break;
            case 4:
                var weighted = random.Next(2) == 0;
                var norm = new RmsNorm(Math.Abs(Number(random)), weighted, random.Next(2) == 0);
                values.Add(builder.Add($"n{i}", norm, weighted ? [x, builder.Parameter($"n{i}.w", width)] : [x]));
                break;
            case 5:
                values.Add(builder.Add($"s{i}", new Reshape(1, perRow), x));
                break;
            case 6 when width > 1:
                var cut = random.NextInt64(1, width);
                values.AddRange(builder.Add([$"p{i}", $"q{i}"], new Split(cut, width - cut), x));
                break;
            case 7:
                values.Add(builder.Add($"c{i}", new Concat(), x, x));
                break;
            case 8 when x.Type.Rank == 3 && width > 1:
                var layout = Any<RopeLayout>(random);
                values.Add(builder.Add($"r{i}", new Rope(layout, [.. Enumerable.Range(0, (int)width / 2).Select(_ => Number(random))], 1 + random.Next(2)), x, position));
                break;
            case 9 when x.Type.Rank == 2:
                var state = builder.State($"t{i}.s", StateKind.Recurrent, 1, width);
                var shifted = builder.Add([$"t{i}", $"t{i}.n"], new TokenShift(), x, state);
                builder.Next(state, shifted[1]);
                values.Add(shifted[0]);
                break;
            case 10 when x.Type.Rank == 3:
                Attend(builder, random, values, x, position, i);
                break;
            default:
                values.Add(builder.Add($"m{i}", new Reduce(Any<ReduceFunction>(random)), x));
                break;
        }
    }

    private static void Attend(GraphBuilder builder, Random random, List<Value> values, Value x, Value position, int i)
    {
        var (heads, width) = (x.Type.Shape.Dims[1], x.Type.Shape.Last);
        var window = random.Next(2) * random.Next(1, 9);
        var slots = window > 0 ? Dim.FromInt64(window) : Dim.Context;
        var kind = window > 0 ? StateKind.Ring : StateKind.Full;
        var (keys, cached) = (builder.State($"k{i}", kind, slots, heads, width), builder.State($"v{i}", kind, slots, heads, width));
        var op = new Attention { Scale = Number(random), Window = window, SoftCap = random.Next(3), AlibiMaxBias = random.Next(9), Sinks = random.Next(2) == 0 };
        Value[] operands = [x, x, x, position, keys, cached, .. op.Sinks ? new[] { builder.Parameter($"o{i}.sinks", heads) } : []];
        var results = builder.Add([$"o{i}", $"k{i}.n", $"v{i}.n"], op, operands);
        builder.Next(keys, results[1]);
        builder.Next(cached, results[2]);
        values.Add(results[0]);
    }

    private static TEnum Any<TEnum>(Random random)
        where TEnum : struct, Enum =>
        Enum.GetValues<TEnum>()[random.Next(Enum.GetValues<TEnum>().Length)];

    /// <summary>Numbers of every magnitude, with the awkward ones among them.</summary>
    private static double Number(Random random) => random.Next(6) switch
    {
        0 => 0,
        1 => -0.0,
        2 => double.PositiveInfinity,
        3 => random.Next(-1000, 1000),
        4 => random.NextDouble() * Math.Pow(10, random.Next(-300, 300)),
        _ => -random.NextDouble(),
    };
}
