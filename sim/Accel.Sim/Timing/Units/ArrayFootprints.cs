using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Units;

/// <summary>What a command of an array touches, as far as a product and a read-out could be in each other's way.</summary>
/// <param name="IsReadOut">A read-out; else a product.</param>
/// <param name="Pad">Scratchpad that a product reads, or a read-out writes.</param>
/// <param name="Sums">Accumulators that it reads or writes.</param>
internal readonly record struct ArrayFootprints(bool IsReadOut, Footprint Pad, Footprint Sums)
{
    public static ArrayFootprints Of(Command command, ReadOnlySpan<long> registers)
    {
        if (command is MatMul product)
        {
            var activations = product.Activations.Resolve(registers);
            return new(
                false, Footprint.Of(activations),
                Footprint.Of(product.Accumulator.Resolve(registers), activations.RowCount, product.Outputs.Resolve(registers), product.AccumulatorStride));
        }

        var drain = (Drain)command;
        var lanes = drain.Destination.Resolve(registers);
        return new(true, Footprint.Of(lanes), Footprint.Of(drain.Accumulator.Resolve(registers), lanes.RowCount, lanes.Columns, drain.AccumulatorStride));
    }

    /// <summary>Whether one must wait for the other: a product and a read-out that share sums, or scratchpad.</summary>
    public bool Meets(in ArrayFootprints other) => IsReadOut != other.IsReadOut && (Sums.Meets(other.Sums) || Pad.Meets(other.Pad));
}
