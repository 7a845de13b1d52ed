using Accel.Graph.Ops;

namespace Accel.Graph;

/// <summary>Every op of the graph, one line each: its name in the text form and how it is read back.</summary>
public static class OpCatalogue
{
    /// <summary>An entry of the catalogue.</summary>
    public sealed record Entry(string Mnemonic, Type Type, Func<OpAttributes, Op> Read);

    public static IReadOnlyList<Entry> All { get; } =
    [
        new("affine", typeof(Affine), a => new Affine(a.Number("scale"), a.Number("offset", 0))),
        new("attention", typeof(Attention), ReadAttention),
        new("batch_matmul", typeof(BatchMatMul), _ => new BatchMatMul()),
        new("binary", typeof(Binary), a => new Binary(a.Choice<BinaryOperator>("operator"))),
        new("block_linear", typeof(BlockLinear), a => new BlockLinear(a.Flag("input_major"))),
        new("causal_conv", typeof(CausalConv), a => new CausalConv(a.Flag("bias"))),
        new("clamp", typeof(Clamp), a => new Clamp(a.Number("minimum"), a.Number("maximum"))),
        new("combine_experts", typeof(CombineExperts), _ => new CombineExperts()),
        new("concat", typeof(Concat), _ => new Concat()),
        new("embedding", typeof(Embedding), _ => new Embedding()),
        new("expert_linear", typeof(ExpertLinear), a => new ExpertLinear(a.Flag("bias"))),
        new("gated_delta", typeof(GatedDelta), _ => new GatedDelta()),
        new("l2_norm", typeof(L2Norm), a => new L2Norm(a.Number("epsilon"))),
        new("layer_norm", typeof(LayerNorm), a => new LayerNorm(a.Number("epsilon"), a.Flag("weighted", true), a.Flag("bias", true))),
        new("linear", typeof(Linear), a => new Linear(a.Flag("bias"))),
        new("positions", typeof(Positions), _ => new Positions()),
        new("reduce", typeof(Reduce), a => new Reduce(a.Choice<ReduceFunction>("function"))),
        new("repeat", typeof(Repeat), a => new Repeat(a.Integer("times"))),
        new("reshape", typeof(Reshape), a => new Reshape(a.Integers("inner"))),
        new("rg_lru", typeof(RgLru), a => new RgLru(a.Number("c"))),
        new("rms_norm", typeof(RmsNorm), a => new RmsNorm(a.Number("epsilon"), a.Flag("weighted", true), a.Flag("unit_offset"))),
        new("rope", typeof(Rope), a => new Rope(a.Choice<RopeLayout>("layout"), a.Numbers("frequencies"), a.Number("magnitude", 1))),
        new("route", typeof(Route), ReadRoute),
        new("selective_scan", typeof(SelectiveScan), _ => new SelectiveScan()),
        new("soft_cap", typeof(SoftCap), a => new SoftCap(a.Number("cap"))),
        new("softmax", typeof(Softmax), _ => new Softmax()),
        new("split", typeof(Split), a => new Split(a.Integers("sizes"))),
        new("state_space_dual", typeof(StateSpaceDual), _ => new StateSpaceDual()),
        new("token_shift", typeof(TokenShift), _ => new TokenShift()),
        new("unary", typeof(Unary), a => new Unary(a.Choice<UnaryFunction>("function"))),
        new("wkv6", typeof(Wkv6), _ => new Wkv6()),
        new("wkv7", typeof(Wkv7), _ => new Wkv7()),
    ];

    private static Attention ReadAttention(OpAttributes a) => new()
    {
        Scale = a.Number("scale"),
        Cache = a.Choice<CacheUse>("cache", CacheUse.Append),
        Causal = a.Flag("causal", true),
        Window = a.Integer("window", 0),
        RelativeBuckets = a.Integer("relative_buckets", 0),
        RelativeMaxDistance = a.Integer("relative_max_distance", 0),
        SharedKeyValue = a.Integer("shared_key_value", 0),
        SoftCap = a.Number("soft_cap", 0),
        AlibiMaxBias = a.Number("alibi_max_bias", 0),
        Sinks = a.Flag("sinks"),
    };

    private static Route ReadRoute(OpAttributes a) => new()
    {
        TopK = a.Integer("top_k"),
        Score = a.Choice<RouteScore>("score"),
        Renormalise = a.Flag("renormalise"),
        Scale = a.Number("scale", 1),
        Groups = a.Integer("groups", 0),
        GroupsKept = a.Integer("groups_kept", 0),
        GroupTop = a.Integer("group_top", 1),
        Bias = a.Flag("bias"),
    };
}
