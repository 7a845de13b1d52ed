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
    public const int OpsAhead = 3;

    private readonly Dictionary<(int Op, long Start), Block> _ahead = [];

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
        var (plan, dram) = (context.Plan, context.Dram);
        if (op >= plan.Ops.Count)
        {
            return;
        }

        context.Stream.Operator = op;
        foreach (var vector in VectorsOf(plan.Ops[op]))
        {
            LoadAhead(op, dram.Vector(vector));
        }

        if (plan.Ops[op] is QuantizedTable table)
        {
            LoadAhead(op, dram.Table(table.Table, table.Function));
        }
        else if (plan.Ops[op] is QuantizedLinear { Weight: var weight } && context.Matrices.LayoutOf(weight) is { MantissaBytes: > 0 } layout)
        {
            LoadAhead(op, dram.Mantissas(weight, layout));
        }
    }

    private void LoadAhead(int op, Segment segment) => _ahead.Add((op, segment.Start), Load(segment));

    private Block Load(Segment segment)
    {
        var block = context.Scratchpad.Allocate(segment.Length);
        context.Stream.Add(new Load(TrafficClass.Weights, segment.Start, block.Start, new Box(segment.Length)) { Channel = context.Machine.DataChannel });
        return block;
    }
}
