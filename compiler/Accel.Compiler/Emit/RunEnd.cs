using Accel.Compiler.Scheduling;
using Accel.Isa.Commands;

namespace Accel.Compiler.Emit;

/// <summary>Scratchpad that is taken until the end of the run, and what is left to do there.</summary>
internal sealed class RunEnd(LinearScanAllocator scratchpad)
{
    private readonly Dictionary<object, (int Op, Block Block)> _kept = [];
    private readonly List<(int Op, Action<int> Add)> _left = [];

    public Block Allocate(long bytes) => scratchpad.Allocate(bytes);

    /// <summary>A block that the first op fills that asks for it.</summary>
    /// <param name="key">What it holds.</param>
    /// <param name="op">Who asks.</param>
    /// <param name="fill">Fetches it.</param>
    public Block Once(object key, int op, long bytes, Action<Block> fill)
    {
        if (!_kept.TryGetValue(key, out var kept))
        {
            _kept.Add(key, kept = (op, Allocate(bytes)));
            fill(kept.Block);
        }

        return kept.Block;
    }

    /// <summary>Whether an op fetches something for itself, or for all that come behind it.</summary>
    public bool IsFetchedBy(int op, object key) => !_kept.TryGetValue(key, out var kept) || kept.Op == op;

    /// <summary>Leaves something for the end.</summary>
    /// <param name="add">Takes the DMA channel that is to do it.</param>
    public void Leave(int op, Action<int> add) => _left.Add((op, add));

    /// <summary>
    /// Adds what was left; the DMA channels take turns, but for that of the weights. They begin when the last weights have come: the arrays are still at work
    /// then, and memory need not turn round for a few bytes as long as it streams.
    /// </summary>
    public void Finish(EmitContext context)
    {
        var others = context.Machine.DataChannel;
        for (var channel = others; context.Machine.HasConstantChannel && channel > Math.Max(0, others - _left.Count); channel--)
        {
            var weightsAreThere = context.Stream.Semaphore("weights are there", channel);
            context.Stream.AddRaw(new Synchronize(new UnitId(UnitKind.Dma, Machine.WeightChannel)) { Signals = [weightsAreThere] });
            context.Stream.AddRaw(new Synchronize(new UnitId(UnitKind.Dma, channel)) { Waits = [weightsAreThere] });
        }

        for (var i = 0; i < _left.Count; i++)
        {
            context.Stream.Operator = _left[i].Op;
            _left[i].Add(others - (i % Math.Max(1, others)));
        }
    }
}
