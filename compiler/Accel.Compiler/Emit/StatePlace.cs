using Accel.Compiler.Quantization;
using Accel.Compiler.Scheduling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>Where the running sequence's part of a state lives from run to run.</summary>
/// <param name="OnChip">The scratchpad that it never leaves; null if it lives in memory.</param>
/// <param name="Address">Of its first byte, in the scratchpad or in memory.</param>
internal sealed record StatePlace(Block? OnChip, Expression Address)
{
    /// <summary>The state as it was before the run, in scratchpad: where it lives, or a copy.</summary>
    public StateCopy Open(EmitContext context, long bytes)
    {
        if (OnChip is { } home)
        {
            return new(this, home, Address, bytes);
        }

        var block = context.Temporary(bytes);
        context.Stream.Add(new Load(TrafficClass.State, Address, block.Start, new Box(bytes)) { Channel = context.Machine.DataChannel });
        return new(this, block, block.Start, bytes);
    }
}

/// <summary>A state while an op works on it.</summary>
/// <param name="Block">That holds it.</param>
/// <param name="Address">Of its first byte in the scratchpad.</param>
internal sealed record StateCopy(StatePlace Place, Block Block, Expression Address, long Bytes)
{
    /// <summary>What the op left is the state of the next run.</summary>
    public void Close(EmitContext context)
    {
        if (Place.OnChip is null)
        {
            context.Stream.Add(new Store(TrafficClass.State, Place.Address, Address, new Box(Bytes)) { Channel = context.Machine.DataChannel });
        }
    }
}
