using System.Diagnostics;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Blocks;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Chip;

/// <summary>A unit and the steps of the sequencer in which it works, in order.</summary>
internal sealed record PlacedUnit(Unit Unit, IReadOnlyList<int> Steps);

/// <summary>The units of a chip: one of each kind that its steps need.</summary>
internal sealed class UnitSet
{
    private readonly List<PlacedUnit> _units = [];
    private readonly IReadOnlyList<PlannedStep> _planned;

    public UnitSet(QuantizedGraph graph, ChipOptions options, MachineShape shape, BufferPlan buffers, StatePlan states, IReadOnlyList<PlannedStep> planned)
    {
        _planned = planned;
        var roms = new FunctionRoms();
        var newton = NewtonDivider.Build();
        Add<QuantizedEmbedding>(tasks =>
        {
            var table = tasks[0].Table;
            Table = new RomLayout(table, 1, shape.Lanes, RomLayout.SegmentOf([(table, 1)], shape.Lanes));
            return EmbeddingLookup.Build(tasks[0], buffers[tasks[0].Output], TableOf(graph, shape) ?? Table, shape);
        });
        Add<ElementwiseTask<QuantizedAdd>>(tasks => Elementwise.Add(tasks, shape));
        Add<ElementwiseTask<QuantizedMultiply>>(tasks => Elementwise.Multiply(tasks, shape));
        Add<ElementwiseTask<QuantizedSlice>>(tasks => Elementwise.Slice(tasks, shape));
        Add<ElementwiseTask<QuantizedTable>>(tasks => FunctionTable.Build(tasks, shape));
        Add<RotationTask>(tasks => Rotation.Build(tasks, shape, options.ContextLength, graph.Name));
        Add<ConvolutionTask>(tasks =>
        {
            ConvolutionWordWidth = CausalConvolution.Past(tasks) * CausalConvolution.InputBits(tasks);
            return CausalConvolution.Build(tasks, shape, Bits.OfIndex(states.ConvolutionDepth));
        });
        Add<RecurrenceTask>(tasks => GatedRecurrence.Build(tasks, shape, roms, Bits.OfIndex(states.RecurrenceDepth)));
        Add<RowTask>(tasks => RowCoding.Build(tasks, shape, newton));
        Add<CodeTask>(tasks => CodeStore.Build(tasks, shape, buffers.Scales));
        Add<MatrixTask>(tasks =>
        {
            var unit = new RomStyle().Build(tasks, Tables(graph), shape);
            TableInMatrices = unit.Tables.Count > 0;
            return unit.Unit;
        });
        Add<RequantiseTask>(tasks =>
        {
            var matrices = _units[^1].Unit;
            return Requantiser.Build(tasks, shape, buffers.Scales, step => matrices.Cycles(step, 0));
        });
        if (graph.Ops.OfType<QuantizedAttention>().ToList() is { Count: > 0 } attentions)
        {
            Attention = AttentionShape.Common(attentions, graph.Name);
            var memories = new AttentionMemories(Bits.OfIndex(states.CacheDepth), Bits.OfIndex(states.Rings.Max()), states.Visible);
            Add<CacheTask>(tasks => CacheStore.Build(tasks, Attention, memories.CacheAddressWidth, memories.SlotWidth));
            Add<AttentionTask>(tasks => Blocks.Attention.Build(tasks, Attention, shape, roms, newton, memories));
        }

        Add<QuantizedSampling>(tasks => TokenSampler.Build(tasks[0], buffers[graph.Logits], shape, roms));
    }

    public IReadOnlyList<PlacedUnit> Units => _units;

    /// <summary>The attentions' common shape; null without attention.</summary>
    public AttentionShape? Attention { get; }

    /// <summary>Bits of a word of the convolutions' state; 0 without one.</summary>
    public int ConvolutionWordWidth { get; private set; }

    /// <summary>The embedding's table, if it stands alone.</summary>
    public RomLayout Table { get; private set; } = null!;

    /// <summary>Whether the matrices' unit holds the embedding's table.</summary>
    public bool TableInMatrices { get; private set; }

    /// <summary>The unit that says when a step is done.</summary>
    public string NameOf(PlannedStep step) => Main(step).Placed.Unit.Name;

    /// <summary>Cycles of a step by position.</summary>
    public Func<long, long> Cycles(int step)
    {
        var (placed, index) = Main(_planned[step]);
        return position => placed.Unit.Cycles(index, position);
    }

    private static List<WeightMatrix> Tables(QuantizedGraph graph) => [.. graph.Ops.OfType<QuantizedEmbedding>().Select(op => op.Table)];

    /// <summary>The layout of the embedding's table within the matrices, if a product reads it too.</summary>
    private static RomLayout? TableOf(QuantizedGraph graph, MachineShape shape)
    {
        var linears = graph.Ops.OfType<QuantizedLinear>().DistinctBy(op => op.Weight.Name).ToList();
        var table = Tables(graph)[0];
        return linears.Any(op => op.Weight.Name == table.Name)
            ? new RomLayout(table, 1, shape.Lanes, RomLayout.SegmentOf(linears.Select(op => (op.Weight, op.Blocks)), shape.Lanes))
            : null;
    }

    private void Add<T>(Func<IReadOnlyList<T>, Unit> build)
        where T : class
    {
        var (tasks, steps) = (new List<T>(), new List<int>());
        for (var i = 0; i < _planned.Count; i++)
        {
            if (_planned[i].Companions.Prepend(_planned[i].Task).OfType<T>().FirstOrDefault() is { } task)
            {
                tasks.Add(task);
                steps.Add(i);
            }
        }

        if (tasks.Count > 0)
        {
            _units.Add(new(build(tasks), steps));
        }
    }

    private (PlacedUnit Placed, int Index) Main(PlannedStep step)
    {
        var at = _planned.ToList().FindIndex(other => ReferenceEquals(other, step));
        foreach (var placed in _units)
        {
            var index = placed.Steps.ToList().IndexOf(at);
            if (index >= 0 && placed.Unit.Module.Port("done") is not null)
            {
                return (placed, index);
            }
        }

        throw new UnreachableException($"no unit performs {step.Name}");
    }
}
