using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Blocks;

namespace Accel.Rtl.Matrices;

/// <summary>A matrix product and where its codes stand.</summary>
/// <param name="Op">The product; its scale, bias and format are the requantiser's.</param>
/// <param name="Codes">First word of its input in the code buffer.</param>
internal sealed record MatrixTask(QuantizedLinear Op, int Codes);

/// <summary>
/// A way to realise matrices. A style makes a unit that performs some of the products: it reads the codes of its input, word by word, from the code buffer
/// (<c>code_read</c>, <c>code_address</c>; <c>code_word</c> one cycle later) and gives the exact sums <c>S</c> of the rows in order, at
/// most one per cycle (<c>sum_valid</c>, <c>sum</c>, signed, <see cref="SumBits"/> wide). It has <c>start</c> and its fields, and no <c>done</c>:
/// the requantiser counts rows. <see cref="Unit.Cycles"/> counts from start to the last sum, both included. What is weight is constant
/// logic.
/// </summary>
internal interface IMatrixStyle
{
    /// <summary>Bits of a sum: those of the integer model.</summary>
    const int SumBits = 63;

    /// <summary>The style's name on the command line.</summary>
    string Name { get; }

    /// <summary>A unit for some products of a graph.</summary>
    /// <param name="tasks">The products, in the order of the sequencer's steps.</param>
    /// <param name="tables">Matrices that are also looked up by row: the unit has the ports of <see cref="TablePort"/> for each.</param>
    MatrixUnit Build(IReadOnlyList<MatrixTask> tasks, IReadOnlyList<WeightMatrix> tables, MachineShape shape);
}

/// <summary>A style's unit and the layout of the tables that it holds for others.</summary>
/// <param name="Tables">By matrix name; a matrix that is missing gets a ROM of its own.</param>
internal sealed record MatrixUnit(Unit Unit, IReadOnlyDictionary<string, RomLayout> Tables);
