using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Units;

/// <summary>What a command of an array touches, as far as a product and a read-out could be in each other's way.</summary>
/// <param name="IsDrain">A read-out; else a product.</param>
/// <param name="Reads">Scratchpad that it reads.</param>
/// <param name="Writes">Scratchpad that it writes.</param>
/// <param name="Sums">Accumulators that it reads or writes.</param>
internal readonly record struct ArrayFootprints(bool IsDrain, Footprint Reads, Footprint Writes, Footprint Sums)
{
    public static ArrayFootprints Of(Command command, ReadOnlySpan<long> registers)
    {
        if (command is MatMul product)
        {
            var activations = product.Activations.Resolve(registers);
            return new(
                false, Footprint.Of(activations), Footprint.None,
                Footprint.Of(product.Accumulator.Resolve(registers), activations.RowCount, product.Outputs.Resolve(registers), product.AccumulatorStride));
        }

        var drain = (Drain)command;
        var lanes = drain.Destination.Resolve(registers);
        return new(
            true, Footprint.None, Footprint.Of(lanes),
            Footprint.Of(drain.Accumulator.Resolve(registers), lanes.RowCount, lanes.Columns, drain.AccumulatorStride));
    }

    /// <summary>Whether one must wait for the other: a product and a read-out that share sums, or scratchpad that one of them writes.</summary>
    public bool Meets(in ArrayFootprints other) =>
        IsDrain != other.IsDrain && (Sums.Meets(other.Sums) || Writes.Meets(other.Reads) || Reads.Meets(other.Writes));
}
