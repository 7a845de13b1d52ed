using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;
using Accel.Rtl.Blocks;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Chip;

/// <summary>Makes a chip of a model: every weight constant logic, every number the integer model's.</summary>
public static class ChipGenerator
{
    /// <summary>Weights of more bits than this make no text that tools can read in a day.</summary>
    public const long MostWeightBits = 1L << 28;

    private const int MostTokens = 1 << ChipInterface.TokenWidth;

    /// <exception cref="InputException">A model without weights, an op without a block, or extents beyond what the style or the ports can have.</exception>
    public static ChipDesign Generate(QuantizedGraph graph, ChipOptions options)
    {
        Check(graph, options);
        var lanes = options.Lanes > 0 ? options.Lanes : LaneChoice.Of(graph, options.ContextLength);
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

    private static void Check(QuantizedGraph graph, ChipOptions options)
    {
        if (!graph.HasWeights)
        {
            throw new InputException(graph.Name, "weights", "a model with weights: they become logic", "a shape without weights");
        }

        var bits = graph.Matrices.Sum(matrix => (long)matrix.Rows * matrix.Columns * matrix.CodeBits);
        if (bits > MostWeightBits)
        {
            throw new InputException(
                graph.Name, "weights", $"at most {MostWeightBits / 8 >> 20} MiB of codes in style rom, whose text takes two characters a byte", $"{bits / 8 >> 20} MiB");
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
