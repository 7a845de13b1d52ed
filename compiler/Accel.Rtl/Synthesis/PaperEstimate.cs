using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;

namespace Accel.Rtl.Synthesis;

/// <summary>What logic of a fixed-weight chip was measured to take, in gate equivalents: see the README of this folder for the runs.</summary>
public sealed record LogicFigures
{
    /// <summary>Per bit that a table tells: tables of trained and of random weights with 32 to 1,024 entries.</summary>
    public double GatesPerToldBit { get; init; } = 0.158;

    /// <summary>Bits told per bit stored: codes of a trained model.</summary>
    public double ToldShare { get; init; } = 0.94;

    /// <summary>The same of its 16-bit scales.</summary>
    public double ToldShareOfScales { get; init; } = 0.82;

    /// <summary>A lane of int8 inputs, a share of counters, sums and scales included: so much, and so much more per bit of a weight.</summary>
    public double GatesPerLane { get; init; } = 125;

    /// <inheritdoc cref="GatesPerLane"/>
    public double GatesPerLaneAndWeightBit { get; init; } = 75;

    /// <summary>All other units of a chip (row coding with its divider, attention, functions, sequencer), once for each value that matrices read: a guess above row coding, which was mapped to 49,061 in the chip of stories260k.</summary>
    public double GatesPerStage { get; init; } = 100_000;
}

/// <summary>A process as far as an estimate on paper needs it.</summary>
/// <param name="Name">As the command line calls it.</param>
/// <param name="MegatransistorsPerSquareMillimetre">Mean density of logic in products: placement, wires and what stands between is in it.</param>
/// <param name="BitCell">Square micrometres of a high-density SRAM bit.</param>
public sealed record ProcessNode(string Name, double MegatransistorsPerSquareMillimetre, double BitCell)
{
    /// <summary>Of a memory macro, the share that is bit cells (N3E macro density over bit cell, foundry figures of IEDM 2022).</summary>
    public const double ArrayShare = 0.70;

    /// <summary>
    /// Densities: Khan and Mann, "AI Chips", CSET 2020, as the ttm-cas model has them; 6 nm from LLMCompass' cost model. Bit cells: foundry papers; 6 nm keeps
    /// the cell of 7 nm, 14 nm that of 16 nm.
    /// </summary>
    public static IReadOnlyList<ProcessNode> All { get; } =
    [
        new("n28", 15.3, 0.127),
        new("n14", 28.9, 0.074),
        new("n10", 52.5, 0.042),
        new("n7", 96.3, 0.027),
        new("n6", 114.2, 0.027),
        new("n5", 138.2, 0.021),
    ];
}

/// <summary>What a model would take as a chip in a process that this project cannot synthesise for: gates as measured, transistors by four a gate, area by a node's mean density.</summary>
public sealed record PaperEstimate
{
    public required long Weights { get; init; }

    public required long Lanes { get; init; }

    public required double TableGates { get; init; }

    public required double ScaleGates { get; init; }

    public required double LaneGates { get; init; }

    public required double OtherGates { get; init; }

    public required long MemoryBits { get; init; }

    /// <summary>Of the products: each matrix has lanes of its own, those of one value run side by side, values follow one another.</summary>
    public required long CyclesPerToken { get; init; }

    public required ProcessNode Node { get; init; }

    public double Gates => TableGates + ScaleGates + LaneGates + OtherGates;

    public double GatesPerWeight => Gates / Weights;

    public double TransistorsPerWeight => GatesPerWeight * MappingLibrary.TransistorsPerGate;

    /// <summary>Square millimetres of logic.</summary>
    public double LogicArea => AreaAt(Node.MegatransistorsPerSquareMillimetre);

    /// <summary>Square millimetres of memory.</summary>
    public double MemoryArea => MemoryBits * Node.BitCell / ProcessNode.ArrayShare / 1e6;

    public double Area => LogicArea + MemoryArea;

    /// <summary>Square micrometres of the whole die per weight.</summary>
    public double AreaPerWeight => Area * 1e6 / Weights;

    /// <summary>Square millimetres of the logic at another density.</summary>
    public double AreaAt(double megatransistorsPerSquareMillimetre) => Gates * MappingLibrary.TransistorsPerGate / 1e6 / megatransistorsPerSquareMillimetre;

    /// <param name="graph">With data or by its shapes.</param>
    /// <param name="context">Positions that caches hold.</param>
    /// <param name="weightsPerLane">Weights that a lane meets per token.</param>
    public static PaperEstimate Of(QuantizedGraph graph, int context, int weightsPerLane, ProcessNode node, LogicFigures figures)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(figures);
        var (weights, lanes, tables, scales, laneGates) = (0L, 0L, 0.0, 0.0, 0.0);
        foreach (var matrix in graph.Matrices)
        {
            var count = (long)matrix.Rows * matrix.Columns;
            var own = (count + weightsPerLane - 1) / weightsPerLane;
            weights += count;
            lanes += own;
            tables += count * matrix.CodeBits * figures.ToldShare * figures.GatesPerToldBit;
            scales += (long)matrix.Rows * matrix.Groups * 16 * figures.ToldShareOfScales * figures.GatesPerToldBit;
            laneGates += own * (figures.GatesPerLane + (figures.GatesPerLaneAndWeightBit * matrix.CodeBits));
        }

        // Products of one value run side by side, each with lanes of its own.
        var stages = graph.Ops.OfType<QuantizedLinear>().DistinctBy(op => op.Input.Id).LongCount();
        var memory = graph.States.OfType<CacheState>().Sum(state => (long)(state.Slots > 0 ? Math.Min(state.Slots, context) : context) * state.Heads * ((state.Width * (long)state.CodeBits) + 16));
        return new()
        {
            Weights = weights,
            Lanes = lanes,
            TableGates = tables,
            ScaleGates = scales,
            LaneGates = laneGates,
            OtherGates = stages * figures.GatesPerStage,
            MemoryBits = memory,
            CyclesPerToken = stages * weightsPerLane,
            Node = node,
        };
    }
}
