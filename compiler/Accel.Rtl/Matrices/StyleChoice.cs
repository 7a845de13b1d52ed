using Accel.Compiler.Quantization.Ops;

namespace Accel.Rtl.Matrices;

/// <summary>Which style realises a product; products of one style share its unit. So far there is one style.</summary>
internal static class StyleChoice
{
    private static readonly RomStyle _rom = new();

    public static IMatrixStyle Of(QuantizedLinear op) => _rom;
}
