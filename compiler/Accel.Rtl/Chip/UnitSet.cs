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
        var styles = new Dictionary<int, (Unit Unit, int Index)>();
        var tables = new Dictionary<string, RomLayout>(StringComparer.Ordinal);
        var choice = new StyleChoice(options);
        foreach (var style in graph.Ops.OfType<QuantizedLinear>().Select(choice.Of).Distinct())
        {
            Add<MatrixTask>(
                tasks =>
                {
                    var made = style.Build(tasks, Tables(graph), shape);
                    foreach (var (name, layout) in made.Tables)
                    {
                        tables.TryAdd(name, layout);
                    }

                    return made.Unit;
                },
                task => choice.Of(task.Op) == style);
            for (var i = 0; i < _units[^1].Steps.Count; i++)
            {
                styles.Add(_units[^1].Steps[i], (_units[^1].Unit, i));
            }
        }

        Add<RequantiseTask>(tasks =>
        {
            var steps = styles.Keys.Order().ToList();
            return Requantiser.Build(tasks, shape, buffers.Scales, step => styles[steps[step]].Unit.Cycles(styles[steps[step]].Index, 0));
        });
        Add<QuantizedEmbedding>(tasks =>
        {
            var table = tasks[0].Table;
            TableInMatrices = tables.TryGetValue(table.Name, out var layout);
            Table = layout ?? new RomLayout(table, 1, shape.Lanes, RomLayout.SegmentOf([(table, 1)], shape.Lanes));
            return EmbeddingLookup.Build(tasks[0], buffers[tasks[0].Output], Table, shape);
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
        Add<RunNormTask>(tasks => RunNorm.Build(tasks, shape, newton));
        Add<CodeTask>(tasks => CodeStore.Build(tasks, shape, buffers.Scales));
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

    /// <summary>A unit for all tasks of a kind, if there are any.</summary>
    /// <param name="isIts">Which of them are the unit's; all if null.</param>
    private void Add<T>(Func<IReadOnlyList<T>, Unit> build, Func<T, bool>? isIts = null)
        where T : class
    {
        var (tasks, steps) = (new List<T>(), new List<int>());
        for (var i = 0; i < _planned.Count; i++)
        {
            if (_planned[i].Companions.Prepend(_planned[i].Task).OfType<T>().FirstOrDefault() is { } task && isIts?.Invoke(task) != false)
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
