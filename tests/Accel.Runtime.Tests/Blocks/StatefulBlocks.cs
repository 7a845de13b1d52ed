using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Runtime.Tests.Blocks;

/// <summary>
/// A block around each op that carries state, wide enough that three threads get a share each. Building one twice gives the same
/// numbers.
/// </summary>
internal static class StatefulBlocks
{
    public const int Tokens = 40;

    private const int Heads = 6;
    private const int Head = 20;
    private const int Channels = Heads * Head;

    private static readonly Dictionary<string, Func<Block, Randoms, Value>> _all = new()
    {
        ["attention"] = (b, r) => Attend(b, r, new() { Scale = 0.3 }),
        ["attention, ring"] = (b, r) => Attend(b, r, new() { Scale = 0.3, Window = 9 }),
        ["attention, ring, sinks"] = (b, r) => Attend(b, r, new() { Scale = 0.3, Window = 3, Sinks = true }),
        ["attention, slopes, cap"] = (b, r) => Attend(b, r, new() { Scale = 0.3, AlibiMaxBias = 8, SoftCap = 2 }),
        ["attention, buckets"] = (b, r) => Attend(b, r, new() { Scale = 0.3, RelativeBuckets = 8, RelativeMaxDistance = 20 }),
        ["attention, latent"] = (b, r) =>
        {
            var (op, k) = (new Attention { Scale = 0.3, SharedKeyValue = 16 }, b.Input(r.Rows(Tokens, Head), 1, Head));
            return b.Advance(op, Rows(b, r), k, b.Position, b.Caches(op, k)[0]);
        },
        ["attention, read"] = (b, r) =>
        {
            var (op, k, v) = (new Attention { Scale = 0.3, Window = 7 }, b.Input(r.Rows(Tokens, 2 * Head), 2, Head), b.Input(r.Rows(Tokens, 2 * Head), 2, Head));
            var caches = b.Caches(op, k, v);
            var owner = b.Advance(op, [Rows(b, r), k, v, b.Position, .. caches]);
            return b.Plus(owner, b.Add(op with { Cache = CacheUse.Read }, [Rows(b, r), k, v, b.Position, .. caches]));
        },
        ["causal_conv"] = (b, r) => b.Advance(new CausalConv(Bias: true), Flat(b, r), b.Weight(r.Rows(Channels, 4)), b.Weight(r.Vector(Channels)), b.State(StateKind.Conv, 3, Channels)),
        ["gated_delta"] = (b, r) =>
        {
            Value Unit() => b.Add(new L2Norm(1e-6), Rows(b, r));
            return b.Advance(new GatedDelta(), Unit(), Unit(), Rows(b, r), Gate(b, r, Heads), Gate(b, r, Heads), b.State(StateKind.Recurrent, Heads, Head, Head));
        },
        ["rg_lru"] = (b, r) => b.Advance(new RgLru(8), Flat(b, r), Gate(b, r, Channels), Gate(b, r, Channels), b.Weight(r.Vector(Channels)), b.State(StateKind.Recurrent, Channels), b.Position),
        ["selective_scan"] = (b, r) => b.Advance(
            new SelectiveScan(), Flat(b, r), Gate(b, r, Channels), Decay(b, r, Channels, 5), b.Input(r.Rows(Tokens, 5)), b.Input(r.Rows(Tokens, 5)), b.Weight(r.Vector(Channels)), b.State(StateKind.Recurrent, Channels, 5)),
        ["state_space_dual"] = (b, r) => b.Advance(
            new StateSpaceDual(), Rows(b, r), Gate(b, r, Heads), Decay(b, r, Heads), b.Input(r.Rows(Tokens, 2 * 5), 2, 5), b.Input(r.Rows(Tokens, 2 * 5), 2, 5), b.Weight(r.Vector(Heads)), b.State(StateKind.Recurrent, Heads, Head, 5)),
        ["token_shift"] = (b, r) => b.Advance(new TokenShift(), Flat(b, r), b.State(StateKind.Recurrent, 1, Channels)),
        ["wkv6"] = (b, r) => b.Advance(new Wkv6(), Rows(b, r), Rows(b, r), Rows(b, r), b.Add(new Reshape(Heads, Head), Gate(b, r, Channels)), b.Weight(r.Rows(Heads, Head)), b.State(StateKind.Recurrent, Heads, Head, Head)),
        ["wkv7"] = (b, r) =>
        {
            var (kk, rate) = (b.Add(new L2Norm(0), Rows(b, r)), b.Add(new Reshape(Heads, Head), Gate(b, r, Channels)));
            return b.Advance(
                new Wkv7(), Rows(b, r), rate, Rows(b, r), Rows(b, r), b.Unary(UnaryFunction.Negate, kk), b.Times(kk, rate), b.State(StateKind.Recurrent, Heads, Head, Head));
        },
    };

    public static IEnumerable<string> Names => _all.Keys;

    /// <summary>A session of the block of that name.</summary>
    public static Session Start(string name, int threads = 1)
    {
        var block = new Block();
        var y = _all[name](block, new Randoms(name.Length));
        return block.Start(block.Add(new Reshape(new Shape([.. y.Type.Shape.Dims[1..]]).Elements), y), threads);
    }

    private static Value Attend(Block b, Randoms r, Attention op)
    {
        Value Pair() => b.Input(r.Rows(Tokens, 2 * Head), 2, Head);
        return b.Attend(op, Rows(b, r), Pair(), Pair(), op.Sinks ? [b.Weight(r.Vector(Heads))] : op.RelativeBuckets > 0 ? [b.Weight(r.Rows(8, Heads))] : []);
    }

    private static Value Flat(Block b, Randoms r) => b.Input(r.Rows(Tokens, Channels));

    private static Value Rows(Block b, Randoms r) => b.Input(r.Rows(Tokens, Channels), Heads, Head);

    /// <summary>Rows in (0, 1).</summary>
    private static Value Gate(Block b, Randoms r, int width) => b.Unary(UnaryFunction.Sigmoid, b.Input(r.Rows(Tokens, width, 2)));

    /// <summary>Negative constants.</summary>
    private static Value Decay(Block b, Randoms r, params long[] shape) =>
        b.Unary(UnaryFunction.Negate, b.Unary(UnaryFunction.Exp, b.Weight(r.Vector((int)shape.Aggregate((x, y) => x * y)), shape)));
}
