using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>Addresses of a command that matter to its time.</summary>
/// <param name="First">In memory, of a transfer; in the scratchpad, of what a product reads or a read-out writes.</param>
/// <param name="Second">In the scratchpad, of what a load writes; in the accumulators, of a product's or a read-out's sums.</param>
internal readonly record struct CommandPlaces(Address First, Address Second)
{
    public bool AreConstant => First.IsConstant && Second.IsConstant;

    public static CommandPlaces Of(Command command) => command switch
    {
        Load load => Of(load.Dram, load.Scratchpad),
        DmaCommand transfer => Of(TransferShape.AddressOf(transfer), 0),
        MatMul product => Of(product.Activations.Address, product.Accumulator),
        Drain drain => Of(drain.Destination.Address, drain.Accumulator),
        _ => default,
    };

    private static CommandPlaces Of(Expression first, Expression second) => new(new(first), new(second));
}
