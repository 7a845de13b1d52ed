using Accel.Report.Charts;

namespace Accel.Report.Sections;

/// <summary>Kinds of operators that are alike, in one colour wherever they are shown.</summary>
internal static class OperatorFamily
{
    private static readonly (Series Series, string[] Kinds)[] _families =
    [
        (new("matrix products", Palette.Blue), ["linear", "block_linear", "matmul", "expert_linear"]),
        (new("attention", Palette.Orange), ["attention", "rope"]),
        (new("convolution, recurrence", Palette.Green), ["causal_conv", "rg_lru", "ssm", "selective_scan", "linear_recurrence"]),
        (new("norms, formats", Palette.Mauve), ["norm_quantize_rows", "quantize_rows", "rms_norm", "layer_norm"]),
        (new("elementwise", Palette.Violet), ["add", "multiply", "silu", "gelu_tanh", "gelu", "sigmoid", "relu", "softplus", "slice", "convert"]),
    ];

    private static readonly Series _other = new("other", Palette.Grey);

    public static Series Of(string kind) => _families.FirstOrDefault(family => family.Kinds.Contains(kind)).Series ?? _other;

    /// <summary>The families of some kinds, in a fixed order.</summary>
    public static IReadOnlyList<Series> Legend(IEnumerable<string> kinds)
    {
        var present = kinds.Select(Of).ToHashSet();
        return [.. _families.Select(family => family.Series).Append(_other).Where(present.Contains)];
    }
}
