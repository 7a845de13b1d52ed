using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Units;

/// <summary>The sizes of a matmul command that decide its time.</summary>
/// <param name="Rows">M.</param>
/// <param name="Depth">K.</param>
/// <param name="Outputs">N.</param>
/// <param name="ActivationBytes">1 or 2.</param>
/// <param name="CodeBits">Bits of a weight.</param>
/// <param name="Group">Inputs that share a mantissa; the depth if none has one.</param>
/// <param name="HasMantissas">Whether mantissas are read.</param>
/// <param name="Fold">Bands of the array's rows.</param>
/// <param name="Dataflow">What stands still.</param>
internal readonly record struct ProductShape(
    long Rows, long Depth, long Outputs, int ActivationBytes, int CodeBits, long Group, bool HasMantissas, int Fold, Dataflow Dataflow)
{
    public static ProductShape Of(MatMul command, ReadOnlySpan<long> registers)
    {
        var activations = command.Activations.Resolve(registers);
        var depth = activations.Columns;
        return new(
            activations.RowCount, depth, command.Outputs.Resolve(registers), activations.Type.ByteSize(), command.Weights.Format.Bits(),
            Math.Max(1, Math.Min(command.Mantissas?.GroupSize ?? depth, depth)), command.Mantissas is not null, command.Fold, command.Dataflow);
    }

    public bool IsEmpty => Rows == 0 || Depth == 0 || Outputs == 0;

    /// <summary>Groups of mantissas along the depth.</summary>
    public long Groups() => (Depth + Group - 1) / Group;

    public Int128 Macs => (Int128)Rows * Depth * Outputs;
}
