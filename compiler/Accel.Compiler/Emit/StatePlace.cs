using Accel.Compiler.Scheduling;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>Where a state lives from run to run, a part for each sequence.</summary>
/// <param name="OnChip">The scratchpad that it never leaves; null if it lives in memory.</param>
/// <param name="Start">Of the first sequence's part, in the scratchpad or in memory.</param>
/// <param name="SequenceStride">Bytes from part to part.</param>
internal sealed record StatePlace(Block? OnChip, long Start, long SequenceStride)
{
    /// <summary>Address of a sequence's part.</summary>
    public Expression Of(Expression sequence) => (sequence * SequenceStride) + Start;

    /// <summary>The states of a run's sequences as they were before it, in scratchpad: where they live, or copies one behind the other.</summary>
    public StateCopy Open(EmitContext context, long bytes)
    {
        if (OnChip is { } home)
        {
            return new(this, home, Of(context.Sequence), SequenceStride, bytes);
        }

        var copy = new StateCopy(this, context.Temporary(bytes * context.MostSequences), 0, bytes, bytes);
        copy = copy with { Address = copy.Block.Start };
        context.Stream.Add(new Load(TrafficClass.State, Of(context.Sequence), copy.Address, Parts(context, bytes, bytes)) { Channel = context.Machine.DataChannel });
        return copy;
    }

    /// <summary>Some bytes of each of the run's sequences.</summary>
    /// <param name="stride">Bytes from sequence to sequence in the scratchpad.</param>
    public Box Parts(EmitContext context, long bytes, long stride) => context.IsBatch
        ? new(bytes) { Rows = context.Tokens, DramRowStride = SequenceStride, ScratchpadRowStride = stride }
        : new(bytes);
}

/// <summary>The states of a run's sequences while an op works on them.</summary>
/// <param name="Block">That holds them.</param>
/// <param name="Address">Of the first in the scratchpad.</param>
/// <param name="Stride">Bytes from one to the next.</param>
internal sealed record StateCopy(StatePlace Place, Block Block, Expression Address, long Stride, long Bytes)
{
    /// <summary>What the op left is the state of the next run.</summary>
    public void Close(EmitContext context)
    {
        if (Place.OnChip is null)
        {
            context.Stream.Add(new Store(TrafficClass.State, Place.Of(context.Sequence), Address, Place.Parts(context, Bytes, Stride))
            {
                Channel = context.Machine.DataChannel,
            });
        }
    }
}
