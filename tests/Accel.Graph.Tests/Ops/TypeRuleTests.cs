using System.Reflection;
using System.Text.RegularExpressions;
using Accel.Core.Diagnostics;
using Accel.Graph.Text;

namespace Accel.Graph.Tests.Ops;

/// <summary>What each op makes of its operands' types, and what it refuses; ops and types as they are written in the text form.</summary>
public partial class TypeRuleTests
{
    [Theory]
    [InlineData("affine {scale = 2}", "f32[T, 4]", "f32[T, 4]")]
    [InlineData("attention {scale = 1}", "f32[T, 4, 8], f32[T, 2, 8], f32[T, 2, 6], i32[], f32[C, 2, 8], f32[C, 2, 6]", "f32[T, 4, 6], f32[C, 2, 8], f32[C, 2, 6]")]
    [InlineData("attention {scale = 1, window = 3}", "f32[T, 1, 8], f32[T, 1, 8], f32[T, 1, 8], i32[], f32[3, 1, 8], f32[3, 1, 8]", "f32[T, 1, 8], f32[3, 1, 8], f32[3, 1, 8]")]
    [InlineData("attention {scale = 1, cache = read}", "f32[T, 4, 8], f32[T, 2, 8], f32[T, 2, 8], i32[], f32[C, 2, 8], f32[C, 2, 8]", "f32[T, 4, 8]")]
    [InlineData("attention {scale = 1, cache = none, causal = false}", "f32[T, 4, 8], f32[S, 4, 8], f32[S, 4, 8], i32[]", "f32[T, 4, 8]")]
    [InlineData("attention {scale = 1, shared_key_value = 6}", "f32[T, 4, 8], f32[T, 1, 8], i32[], f32[C, 1, 8]", "f32[T, 4, 6], f32[C, 1, 8]")]
    [InlineData("batch_matmul", "f32[T, 2, 3], f32[T, 3, 5]", "f32[T, 2, 5]")]
    [InlineData("binary {operator = add}", "f32[T, 4, 8], f32[8]", "f32[T, 4, 8]")]
    [InlineData("binary {operator = add}", "f32[T, 1], f32[T, 8]", "f32[T, 8]")]
    [InlineData("binary {operator = add}", "f32[], f32[T, 8]", "f32[T, 8]")]
    [InlineData("block_linear", "f32[T, 4, 3], f32[4, 5, 3]", "f32[T, 4, 5]")]
    [InlineData("block_linear {input_major = true}", "f32[T, 4, 3], f32[4, 3, 5]", "f32[T, 4, 5]")]
    [InlineData("causal_conv", "f32[T, 8], f32[8, 4], f32[3, 8]", "f32[T, 8], f32[3, 8]")]
    [InlineData("clamp {minimum = -1, maximum = 1}", "f32[T, 4]", "f32[T, 4]")]
    [InlineData("combine_experts", "f32[T, 2, 8], f32[T, 2]", "f32[T, 8]")]
    [InlineData("concat", "f32[T, 2, 3], f32[T, 2, 5], f32[T, 2, 1]", "f32[T, 2, 9]")]
    [InlineData("embedding", "i32[T], f32[100, 8]", "f32[T, 8]")]
    [InlineData("expert_linear", "f32[T, 8], i32[T, 2], f32[6, 5, 8]", "f32[T, 2, 5]")]
    [InlineData("expert_linear {bias = true}", "f32[T, 2, 8], i32[T, 2], f32[6, 5, 8], f32[6, 5]", "f32[T, 2, 5]")]
    [InlineData("gated_delta", "f32[T, 4, 3], f32[T, 4, 3], f32[T, 4, 5], f32[T, 4], f32[T, 4], f32[4, 3, 5]", "f32[T, 4, 5], f32[4, 3, 5]")]
    [InlineData("l2_norm {epsilon = 0}", "f32[T, 4, 8]", "f32[T, 4, 8]")]
    [InlineData("layer_norm {epsilon = 0}", "f32[T, 4, 8], f32[4, 8], f32[8]", "f32[T, 4, 8]")]
    [InlineData("linear", "f32[T, 4, 8], f32[5, 8]", "f32[T, 4, 5]")]
    [InlineData("linear {bias = true}", "f32[T, 8], f32[5, 8], f32[5]", "f32[T, 5]")]
    [InlineData("positions", "i32[T], i32[]", "i32[T]")]
    [InlineData("reduce {function = sum}", "f32[T, 4, 8]", "f32[T, 4, 1]")]
    [InlineData("repeat {times = 3}", "f32[T, 4, 8]", "f32[T, 12, 8]")]
    [InlineData("reshape {inner = [2, 16]}", "f32[T, 4, 8]", "f32[T, 2, 16]")]
    [InlineData("rg_lru {c = 8}", "f32[T, 4], f32[T, 4], f32[T, 4], f32[4], f32[4], i32[]", "f32[T, 4], f32[4]")]
    [InlineData("rms_norm {epsilon = 0}", "f32[T, 8], f32[8]", "f32[T, 8]")]
    [InlineData("rms_norm {epsilon = 0, weighted = false}", "f32[T, 8]", "f32[T, 8]")]
    [InlineData("rope {layout = half, frequencies = [1, 0.5]}", "f32[T, 4, 8], i32[]", "f32[T, 4, 8]")]
    [InlineData("route {top_k = 2, score = softmax}", "f32[T, 8]", "i32[T, 2], f32[T, 2]")]
    [InlineData("selective_scan", "f32[T, 8], f32[T, 8], f32[8, 3], f32[T, 3], f32[T, 3], f32[8], f32[8, 3]", "f32[T, 8], f32[8, 3]")]
    [InlineData("soft_cap {cap = 30}", "f32[T, 4]", "f32[T, 4]")]
    [InlineData("softmax", "f32[T, 4]", "f32[T, 4]")]
    [InlineData("split {sizes = [1, 3]}", "f32[T, 2, 4]", "f32[T, 2, 1], f32[T, 2, 3]")]
    [InlineData("state_space_dual", "f32[T, 4, 2], f32[T, 4], f32[4], f32[T, 2, 3], f32[T, 2, 3], f32[4], f32[4, 2, 3]", "f32[T, 4, 2], f32[4, 2, 3]")]
    [InlineData("token_shift", "f32[T, 8], f32[1, 8]", "f32[T, 8], f32[1, 8]")]
    [InlineData("unary {function = exp}", "f32[T, 4]", "f32[T, 4]")]
    [InlineData("wkv6", "f32[T, 4, 2], f32[T, 4, 2], f32[T, 4, 2], f32[T, 4, 2], f32[4, 2], f32[4, 2, 2]", "f32[T, 4, 2], f32[4, 2, 2]")]
    [InlineData("wkv7", "f32[T, 4, 2], f32[T, 4, 2], f32[T, 4, 2], f32[T, 4, 2], f32[T, 4, 2], f32[T, 4, 2], f32[4, 2, 2]", "f32[T, 4, 2], f32[4, 2, 2]")]
    public void Gives(string op, string operands, string results)
    {
        var names = string.Join(", ", Types().Matches(results).Select((_, i) => $"y{i}"));
        var node = GraphParser.Parse("types.ir", Graph(op, operands, names, results)).Nodes[0];
        Assert.Equal(results, string.Join(", ", node.Results.Select(result => result.Type)));
    }

    [Theory]
    [InlineData("affine {scale = 2}", "i32[T]", "affine: operands: expected one f32 value, found i32[T]")]
    [InlineData("attention {scale = 1}", "f32[T, 4, 8], f32[T, 3, 8], f32[T, 3, 8], i32[], f32[C, 3, 8], f32[C, 3, 8]", "attention: operands: expected q [T, H, h], k [T, K, h], v [T, K, g], position with H a multiple of K, found ..")]
    [InlineData("attention {scale = 1}", "f32[T, 4, 8], f32[S, 4, 8], f32[S, 4, 8], i32[], f32[C, 4, 8], f32[C, 4, 8]", "attention: operands: expected as many keys as queries: they are those of this step, found ..")]
    [InlineData("attention {scale = 1}", "f32[T, 4, 8], f32[T, 4, 8], f32[T, 4, 8], i32[], f32[16, 4, 8], f32[16, 4, 8]", "attention: operands: expected caches [C, K, h] and [C, K, g], or with a window rings of at least so many slots, found ..")]
    [InlineData("attention {scale = 1, window = 4}", "f32[T, 4, 8], f32[T, 4, 8], f32[T, 4, 8], i32[], f32[3, 4, 8], f32[3, 4, 8]", "attention: operands: expected caches [C, K, h] and [C, K, g], or with a window rings of at least so many slots, found ..")]
    [InlineData("attention {scale = 1}", "f32[T, 4, 8], f32[T, 4, 8]", "attention: operands: expected 6 operands, the first two f32[T, H, h] and f32[T, K, h], found ..")]
    [InlineData("attention {scale = 1, sinks = true}", "f32[T, 4, 8], f32[T, 4, 8], f32[T, 4, 8], i32[], f32[C, 4, 8], f32[C, 4, 8], f32[5]", "attention: operands: expected sinks f32[H], bucket table f32[buckets, H], found ..")]
    [InlineData("attention {scale = 1, relative_buckets = 8, relative_max_distance = 16}", "f32[T, 4, 8], f32[T, 4, 8], f32[T, 4, 8], i32[], f32[C, 4, 8], f32[C, 4, 8], f32[4, 8]", "attention: operands: expected sinks f32[H], bucket table f32[buckets, H], found ..")]
    [InlineData("attention {scale = 1, shared_key_value = 9}", "f32[T, 4, 8], f32[T, 1, 8], i32[], f32[C, 1, 8]", "attention: operands: expected q [T, H, h], k [T, K, h], v [T, K, g], position with H a multiple of K, found ..")]
    [InlineData("attention {scale = 1, window = -1}", "f32[T, 4, 8]", "attention: window: expected 0 or more, found -1")]
    [InlineData("attention {scale = 1, window = 2, causal = false}", "f32[T, 4, 8]", "attention: causal: expected true where there is a window or a slope: both look back, found false")]
    [InlineData("attention {scale = 1, soft_cap = -1}", "f32[T, 4, 8]", "attention: soft_cap, alibi_max_bias: expected 0 or more, and one kind of bias, found -1, 0")]
    [InlineData("attention {scale = 1, relative_buckets = 8, relative_max_distance = 4}", "f32[T, 4, 8]", "attention: relative_max_distance: expected a distance beyond those with a bucket each, and buckets for both halves, found 4 for 8 buckets")]
    [InlineData("batch_matmul", "f32[T, 2, 3], f32[T, 2, 3]", "batch_matmul: operands: expected f32[T, m, k] and f32[T, k, n], found ..")]
    [InlineData("binary {operator = add}", "f32[T, 4], f32[T, 3]", "binary: operands: expected extents that are equal or 1, found ..")]
    [InlineData("binary {operator = add}", "f32[T, 4], i32[T]", "binary: operands: expected two f32 values, found ..")]
    [InlineData("block_linear", "f32[T, 4, 3], f32[5, 5, 3]", "block_linear: operands: expected f32[T, H, i] and f32[H, o, i], found ..")]
    [InlineData("block_linear", "f32[T, 4, 3], f32[4, 3, 5]", "block_linear: operands: expected equal inner extents, found ..")]
    [InlineData("causal_conv", "f32[T, 8], f32[8, 4], f32[4, 8]", "causal_conv: operands: expected f32[T, C], f32[C, K] and f32[K - 1, C], found ..")]
    [InlineData("causal_conv {bias = true}", "f32[T, 8], f32[8, 4], f32[3, 8]", "causal_conv: operands: expected f32[T, C], f32[C, K], f32[C] and f32[K - 1, C], found ..")]
    [InlineData("clamp {minimum = 1, maximum = 0}", "f32[T, 4]", "clamp: maximum: expected at least the minimum, 1, found 0")]
    [InlineData("combine_experts", "f32[T, 2, 8], f32[T, 3]", "combine_experts: operands: expected f32[T, k, d] and f32[T, k], found ..")]
    [InlineData("concat", "f32[T, 2, 3], f32[T, 3, 3]", "concat: operands: expected values that differ in the last extent only, found ..")]
    [InlineData("concat", "i32[T], i32[T]", "concat: operands: expected values that differ in the last extent only, found ..")]
    [InlineData("concat", "", "concat: operands: expected at least one value, found none")]
    [InlineData("embedding", "f32[T], f32[100, 8]", "embedding: operands: expected i32[T] and f32[V, d], found ..")]
    [InlineData("expert_linear", "f32[T, 3, 8], i32[T, 2], f32[6, 5, 8]", "expert_linear: operands: expected f32[T, in] or f32[T, k, in], i32[T, k], f32[E, out, in] (and f32[E, out]), found ..")]
    [InlineData("gated_delta", "f32[T, 4, 3], f32[T, 4, 3], f32[T, 2, 5], f32[T, 4], f32[T, 4], f32[4, 3, 5]", "gated_delta: operands: expected q, k [T, H, dk], v [T, H, dv], g, beta [T, H] and state [H, dk, dv], found ..")]
    [InlineData("l2_norm {epsilon = 0}", "f32[4, T]", "l2_norm: operands: expected f32[.., d], found f32[4, T]")]
    [InlineData("layer_norm {epsilon = 0}", "f32[T, 4, 8], f32[4], f32[8]", "layer_norm: operands: expected a factor that matches the trailing axes of f32[T, 4, 8], found ..")]
    [InlineData("layer_norm {epsilon = 0}", "f32[T, 8]", "layer_norm: operands: expected f32[.., d], then weight and bias as the attributes say, found f32[T, 8]")]
    [InlineData("linear", "f32[T, 8], f32[8, 5]", "linear: operands: expected f32[.., in] and f32[out, in], found ..")]
    [InlineData("linear", "f32[T, 8], f32[5, 8], f32[5]", "linear: operands: expected f32[.., in] and f32[out, in], found ..")]
    [InlineData("positions", "i32[T], i32[T]", "positions: operands: expected i32[T] and i32[], found ..")]
    [InlineData("reduce {function = sum}", "f32[]", "reduce: operands: expected f32[.., d], found f32[]")]
    [InlineData("repeat {times = 0}", "f32[T, 4, 8]", "repeat: operands: expected f32[T, .., H, d], found f32[T, 4, 8]")]
    [InlineData("repeat {times = 2}", "f32[T, 8]", "repeat: operands: expected f32[T, .., H, d], found f32[T, 8]")]
    [InlineData("reshape {inner = [2, 15]}", "f32[T, 4, 8]", "reshape: operands: expected one value of as many elements per row as [2, 15], found f32[T, 4, 8]")]
    [InlineData("reshape {inner = [-4, -8]}", "f32[T, 4, 8]", "reshape: operands: expected one value of as many elements per row as [-4, -8], found f32[T, 4, 8]")]
    [InlineData("reshape {inner = [4]}", "i32[T, 4]", "reshape: operands: expected one value of as many elements per row as [4], found i32[T, 4]")]
    [InlineData("reshape {inner = [4]}", "f32[4, T]", "reshape: extents: expected constants that the op can compute with, found f32[4, T]")]
    [InlineData("rg_lru {c = 8}", "f32[T, 4], f32[T, 4], f32[T, 4], f32[5], f32[5], i32[]", "rg_lru: operands: expected three f32[T, w], two f32[w] and i32[], found ..")]
    [InlineData("rms_norm {epsilon = 0}", "f32[T, 8], f32[4]", "rms_norm: operands: expected f32[.., d] and f32[d], found ..")]
    [InlineData("rms_norm {epsilon = 0, weighted = false}", "f32[T, 8], f32[8]", "rms_norm: operands: expected f32[.., d], found ..")]
    [InlineData("rope {layout = half, frequencies = [1, 0.5]}", "f32[T, 4, 3], i32[]", "rope: operands: expected f32[T, H, h] with h >= 4, and i32[], found ..")]
    [InlineData("rope {layout = half, frequencies = []}", "f32[T, 4, 3], i32[]", "rope: operands: expected f32[T, H, h] with h >= 0, and i32[], found ..")]
    [InlineData("route {top_k = 9, score = softmax}", "f32[T, 8]", "route: operands: expected f32[T, E] with at least 9 experts, found f32[T, 8]")]
    [InlineData("route {top_k = 0, score = softmax}", "f32[T, 8]", "route: top_k: expected 1 or more, found 0")]
    [InlineData("route {top_k = 4, score = sigmoid, groups = 4, groups_kept = 1, group_top = 2}", "f32[T, 8]", "route: operands: expected f32[T, E] with at least 4 experts in equal groups that hold as many, found f32[T, 8]")]
    [InlineData("route {top_k = 2, score = sigmoid, groups = 2, groups_kept = 1, group_top = 0}", "f32[T, 8]", "route: operands: expected f32[T, E] with at least 2 experts in equal groups that hold as many, found f32[T, 8]")]
    [InlineData("route {top_k = 1, score = sigmoid, bias = true}", "f32[T, 8], f32[7]", "route: operands: expected f32[T, E] with at least 1 experts, and a bias f32[E], found ..")]
    [InlineData("selective_scan", "f32[T, 8], f32[T, 8], f32[8, 3], f32[T, 3], f32[T, 4], f32[8], f32[8, 3]", "selective_scan: operands: expected x, dt [T, d], A [d, N], B, C [T, N], D [d] and state [d, N], found ..")]
    [InlineData("soft_cap {cap = 0}", "f32[T, 4]", "soft_cap: cap: expected above 0, found 0")]
    [InlineData("softmax", "f32[T, 0]", "softmax: operands: expected f32[.., d], found f32[T, 0]")]
    [InlineData("split {sizes = [1, 2]}", "f32[T, 4]", "split: operands: expected one value whose last extent is 3, found f32[T, 4]")]
    [InlineData("split {sizes = [5, -1]}", "f32[T, 4]", "split: operands: expected one value whose last extent is 4, found f32[T, 4]")]
    [InlineData("state_space_dual", "f32[T, 4, 2], f32[T, 4], f32[4], f32[T, 3, 3], f32[T, 3, 3], f32[4], f32[4, 2, 3]", "state_space_dual: operands: expected x [T, H, p], dt [T, H], A [H], B, C [T, G, N], D [H] and state [H, p, N], found ..")]
    [InlineData("token_shift", "f32[T, 8], f32[8]", "token_shift: operands: expected f32[T, d] and f32[1, d], found ..")]
    [InlineData("unary {function = exp}", "i32[T]", "unary: operands: expected one f32 value, found i32[T]")]
    [InlineData("wkv6", "f32[T, 4, 2]", "wkv6: operands: expected r, k, v, w [T, H, n], u [H, n] and state [H, n, n], found f32[T, 4, 2]")]
    [InlineData("wkv7", "f32[T, 4, 2]", "wkv7: operands: expected r, w, k, v, a, b [T, H, n] and state [H, n, n], found f32[T, 4, 2]")]
    public void Refuses(string op, string operands, string fault)
    {
        var thrown = Assert.Throws<InputException>(() => GraphParser.Parse("types.ir", Graph(op, operands, "y", "f32[]")));
        Assert.Equal("types.ir: 2:1: " + fault.Replace("found ..", "found " + string.Join(" and ", Types().Matches(operands)), StringComparison.Ordinal), thrown.Message);
    }

    [Theory]
    [InlineData(nameof(Gives))]
    [InlineData(nameof(Refuses))]
    public void Every_op_has_a_case(string theory)
    {
        var tested = GetType().GetMethod(theory)!.GetCustomAttributes<InlineDataAttribute>()
            .Select(data => ((string)data.GetData(null!).Single()[0]).Split(' ')[0])
            .ToHashSet();
        Assert.Empty(OpCatalogue.All.Where(entry => !tested.Contains(entry.Mnemonic)).Select(entry => $"{entry.Mnemonic}: no case in {theory}"));
    }

    /// <summary>A graph of one node, in the second line; the op is written as its mnemonic and attributes.</summary>
    private static string Graph(string op, string operands, string names, string results)
    {
        var inputs = Types().Matches(operands).Select((type, i) => $"input x{i} : {type}").ToList();
        var values = string.Join(", ", inputs.Select((_, i) => $"x{i}"));
        var (mnemonic, attributes) = op.IndexOf(' ', StringComparison.Ordinal) is > 0 and var cut ? (op[..cut], op[cut..]) : (op, "");
        return $"graph g {{ {string.Join(' ', inputs)}\n{names} = {mnemonic}({values}){attributes} : {results} output out = {names.Split(',')[0]} }}";
    }

    [GeneratedRegex(@"[fi]32\[[^\]]*\]")]
    private static partial Regex Types();
}
