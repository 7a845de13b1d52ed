using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Rtl.Blocks;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;
using Accel.Rtl.Matrices.Choice;

namespace Accel.Rtl.Chip;

/// <summary>Makes a chip of a model: every weight constant logic, every number the integer model's.</summary>
public static class ChipGenerator
{
    private const int MostTokens = 1 << ChipInterface.TokenWidth;

    /// <exception cref="InputException">A model without weights, an op without a block, or extents beyond what the style or the ports can have.</exception>
    public static ChipDesign Generate(QuantizedGraph graph, ChipOptions options)
    {
        Check(graph, options);
        var request = new StyleRequest { Rules = [.. options.Styles.Select(pair => new StyleRule(pair.Key, pair.Value))], Lanes = options.Lanes, AdderLevels = options.AdderLevels };
        var plan = StylePlan.Of(graph, request, options.ContextLength, graph.Name);
        var lanes = plan.Lanes;
        var buffers = new BufferPlan(graph, lanes);
        var states = new StatePlan(graph, options.ContextLength);
        var planned = ChipPlan.Of(graph, buffers, states);
        var codeBits = graph.Ops.OfType<QuantizeRows>().Select(op => op.Output.CodeBits).DefaultIfEmpty(8).Max();
        var shape = new MachineShape(Bits.OfIndex(buffers.LaneDepth), Bits.OfIndex(buffers.CodeDepth), lanes, codeBits, Bits.OfIndex(options.ContextLength));
        var units = new UnitSet(graph, options, shape, buffers, states, planned);
        var steps = Steps(graph, planned, units);
        var chip = new ChipInterface($"{Identifier.From(graph.Name)}_chip", Math.Min(graph.VocabularySize, MostTokens), options.ContextLength, options.HasProbe);
        var wiring = new ChipWiring(graph, chip, shape, buffers, states, planned, steps, units);
        return new()
        {
            Interface = chip,
            Options = options with { Lanes = lanes },
            Styles = plan,
            Steps = steps,
            Top = wiring.Top,
            Memories = wiring.Memories,
            Cycles = new([.. steps.Select(step => units.Cycles(step.Index))], TokenSampler.DrawCycles(QuantizedSampling.Of(graph).Candidates), steps),
        };
    }

    private static List<ChipStep> Steps(QuantizedGraph graph, IReadOnlyList<PlannedStep> planned, UnitSet units)
    {
        // What stands behind the last op with a state serves the logits alone.
        var lastWithState = graph.Ops.LastOrDefault(op => op.States.Count > 0)?.Result;
        var boundary = lastWithState is null ? -1 : planned.ToList().FindLastIndex(step => step.Value?.Id == lastWithState.Id);
        return [.. planned.Select((step, i) => new ChipStep(i, step.Name, units.NameOf(step), step.Value, i > Math.Max(0, boundary)))];
    }

    /// <summary>Throws if no chip can be made of a model.</summary>
    /// <exception cref="InputException">As <see cref="Generate"/>.</exception>
    public static void Check(QuantizedGraph graph, ChipOptions options)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(options);
        if (!graph.HasWeights)
        {
            throw new InputException(graph.Name, "weights", "a model with weights: they become logic", "a shape without weights");
        }

        var bits = graph.Matrices.Sum(matrix => (long)matrix.Rows * matrix.Columns * matrix.CodeBits);
        if (bits > options.MostWeightBits)
        {
            throw new InputException(graph.Name, "weights", $"at most {new Bytes(options.MostWeightBits / 8)} of codes in style rom, whose text takes two characters a byte", $"{new Bytes(bits / 8)}");
        }

        if (options.ContextLength is < 1 or >= MostTokens)
        {
            throw new InputException(graph.Name, "context", $"1 to {MostTokens - 1} positions", $"{options.ContextLength}");
        }

        if (graph.VocabularySize > MostTokens)
        {
            throw new InputException(graph.Name, "vocabulary", $"at most {MostTokens} tokens: the streams carry {ChipInterface.TokenWidth} bits", $"{graph.VocabularySize}");
        }

        if (options.Lanes is < 0 or 1 or > 1024 || (options.Lanes & (options.Lanes - 1)) != 0)
        {
            throw new InputException("lanes", "", "a power of two from 2 to 1024, or 0 to let the cost model choose", $"{options.Lanes}");
        }

        if (graph.Ops.OfType<QuantizedEmbedding>().Count() != 1)
        {
            throw new InputException(graph.Name, "embedding", "one", $"{graph.Ops.OfType<QuantizedEmbedding>().Count()}");
        }
    }
}
