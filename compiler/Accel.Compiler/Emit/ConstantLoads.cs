using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Isa;
using Accel.Isa.Commands;

namespace Accel.Compiler.Emit;

/// <summary>Small constants on their way into the scratchpad before the op that reads them, so that it does not wait for memory.</summary>
internal sealed class ConstantLoads(EmitContext context)
{
    /// <summary>So many ops before: a norm's, say, during the product two ops before.</summary>
    private const int FewOpsAhead = 3;

    /// <summary>So many where each has a place of its own: two layers of most models.</summary>
    private const int ManyOpsAhead = 36;

    /// <summary>Each has a place of its own where all take no more than one part in so many of the scratchpad.</summary>
    private const int OwnPlacesShare = 8;

    private readonly Dictionary<(int Op, long Start), Block> _ahead = [];

    /// <summary>
    /// Whether each constant has a place of its own from the run's start on: then none waits for what was there before, and loads go out in order of
    /// the program, far ahead, by a DMA channel that does nothing else.
    /// </summary>
    private readonly bool _haveOwnPlaces =
        context.Machine.HasConstantChannel && context.MostTokensOfSequence == 1 && BytesOfAll(context) <= context.Machine.Shape.ScratchpadBytes / OwnPlacesShare;

    /// <summary>How many ops before the one that reads them constants are loaded.</summary>
    public int OpsAhead => _haveOwnPlaces ? ManyOpsAhead : FewOpsAhead;

    /// <summary>Takes the places.</summary>
    public void Start()
    {
        for (var op = 0; _haveOwnPlaces && op < context.Plan.Ops.Count; op++)
        {
            foreach (var segment in SegmentsOf(context, op))
            {
                _ahead.Add((op, segment.Start), context.Scratchpad.Allocate(segment.Length));
            }
        }
    }

    /// <summary>Small constants that an op reads whole.</summary>
    public static IReadOnlyList<ConstantVector> VectorsOf(QuantizedOp op) => op switch
    {
        Quantization.Ops.QuantizeRows { Norm.Weight: { } weight } => [weight],
        QuantizedRmsNorm { Norm.Weight: { } weight } => [weight],
        QuantizedLinear { Bias: { } bias } => [bias],
        QuantizedCausalConv { Bias: { } bias } conv => [conv.Taps, bias],
        QuantizedCausalConv conv => [conv.Taps],
        QuantizedRgLru lru => [lru.Decay],
        _ => [],
    };

    /// <summary>The block of a constant: on its way already, or loaded now.</summary>
    public Block Take(int op, Segment segment) => _ahead.Remove((op, segment.Start), out var block) ? block : Load(segment);

    /// <summary>Loads what an op to come will take.</summary>
    public void LoadAhead(int op)
    {
        if (op >= context.Plan.Ops.Count)
        {
            return;
        }

        context.Stream.Operator = op;
        foreach (var segment in SegmentsOf(context, op))
        {
            if (_haveOwnPlaces)
            {
                Load(segment, _ahead[(op, segment.Start)], Machine.ConstantChannel);
            }
            else
            {
                _ahead.Add((op, segment.Start), Load(segment));
            }
        }
    }

    private static long BytesOfAll(EmitContext context) =>
        Enumerable.Range(0, context.Plan.Ops.Count).Sum(op => SegmentsOf(context, op).Sum(segment => segment.Length));

    private static IEnumerable<Segment> SegmentsOf(EmitContext context, int op)
    {
        foreach (var vector in VectorsOf(context.Plan.Ops[op]))
        {
            yield return context.Dram.Vector(vector);
        }

        if (context.Plan.Ops[op] is QuantizedTable table)
        {
            yield return context.Dram.Table(table.Table, table.Function);
        }
        else if (context.Plan.Ops[op] is QuantizedLinear { Weight: var weight } && context.Matrices.LayoutOf(weight) is { MantissaBytes: > 0 } layout)
        {
            yield return context.Dram.Mantissas(weight, layout);
        }
    }

    private Block Load(Segment segment) => Load(segment, context.Scratchpad.Allocate(segment.Length), context.Machine.DataChannel);

    private Block Load(Segment segment, Block block, int channel)
    {
        context.Stream.Add(new Load(TrafficClass.Weights, segment.Start, block.Start, new Box(segment.Length)) { Channel = channel });
        return block;
    }
}
