using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>Addresses of a command that matter to its time.</summary>
internal readonly record struct CommandPlaces
{
    private readonly Address _first;
    private readonly Address _second;

    /// <summary>Both, where one of them is more than a register and a constant.</summary>
    private readonly Expression[]? _any;

    public CommandPlaces(Command command)
    {
        (Expression First, Expression Second) places = command switch
        {
            Load load => (load.Dram, load.Scratchpad),
            DmaCommand transfer => (TransferShape.AddressOf(transfer), 0),
            MatMul product => (product.Activations.Address, product.Accumulator),
            Drain drain => (drain.Destination.Address, drain.Accumulator),
            _ => (0, 0),
        };
        if (!Address.TryMake(places.First, out _first) | !Address.TryMake(places.Second, out _second))
        {
            _any = [places.First, places.Second];
        }

        Traffic = command is DmaCommand dma ? dma.Traffic : default;
    }

    /// <summary>What the bytes of a transfer are counted as.</summary>
    public TrafficClass Traffic { get; }

    public bool AreConstant => _any is null && _first.IsConstant && _second.IsConstant;

    /// <summary>In memory, of a transfer; in the scratchpad, of what a product reads or a read-out writes.</summary>
    public long First(ReadOnlySpan<long> registers) => _any is null ? _first.Resolve(registers) : _any[0].Resolve(registers);

    /// <summary>In the scratchpad, of what a load writes; in the accumulators, of a product's or a read-out's sums.</summary>
    public long Second(ReadOnlySpan<long> registers) => _any is null ? _second.Resolve(registers) : _any[1].Resolve(registers);
}
