using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Chip;

namespace Accel.Rtl.Matrices;

/// <summary>How a matrix becomes logic.</summary>
public enum MatrixStyle
{
    /// <summary>Constant ROM logic and multiply-accumulate lanes that all matrices share.</summary>
    Rom,

    /// <summary>Bit-serial shared adder graphs: wires and a full adder per adder.</summary>
    Serial,

    /// <summary>Word-parallel shared adder graphs, pipelined.</summary>
    Parallel,
}

/// <summary>The styles of a chip's products; products of one style share its unit.</summary>
internal sealed class StyleChoice(ChipOptions options)
{
    private readonly Dictionary<MatrixStyle, IMatrixStyle> _styles = new()
    {
        [MatrixStyle.Rom] = new RomStyle(),
        [MatrixStyle.Serial] = new SerialStyle { Report = options.TileOptimised, View = options.SerialView },
        [MatrixStyle.Parallel] = new ParallelStyle { Report = options.TileOptimised, Levels = options.AdderLevels },
    };

    public IMatrixStyle Of(QuantizedLinear op) => _styles[options.Styles.GetValueOrDefault(op.Weight.Name)];
}
