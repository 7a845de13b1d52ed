using Accel.Compiler.Quantization;
using Accel.Rtl.Blocks;
using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices.Unrolled;

namespace Accel.Rtl.Matrices;

/// <summary>
/// Matrices whose weights are wires. Their logic has two texts: products for simulation, adders for synthesis; the adder graphs are not searched for before the
/// second is asked for.
/// </summary>
internal abstract class UnrolledStyle : IMatrixStyle
{
    public abstract string Name { get; }

    /// <summary>Called as tiles are optimised, with the number done and of all.</summary>
    public Action<int, int>? Report { get; init; }

    public MatrixUnit Build(IReadOnlyList<MatrixTask> tasks, IReadOnlyList<WeightMatrix> tables, MachineShape shape)
    {
        var names = tasks.Select(t => t.Op.Weight.Name).Distinct().ToList();
        var matrices = names.Select(name => tasks.First(t => t.Op.Weight.Name == name).Op).Select(op => new UnrolledMatrix(op.Weight, op.Blocks, shape.CodeBits, MostBandRows)).ToList();
        var logic = Logic(matrices);
        var unit = UnrolledUnit.Build($"matrices_{Name}", tasks, t => names.IndexOf(t.Op.Weight.Name), shape, logic, logic.Build(() => Structure(logic)));
        return new(unit, new Dictionary<string, RomLayout>());
    }

    /// <summary>The matrices' logic alone, in both texts.</summary>
    public Module Rows(IReadOnlyList<UnrolledMatrix> matrices)
    {
        var logic = Logic(matrices);
        return logic.Build(() => Structure(logic));
    }

    protected abstract int MostBandRows { get; }

    private RowLogic Logic(IReadOnlyList<UnrolledMatrix> matrices) => new($"{Name}_rows", matrices, Latency(matrices));

    protected abstract int Latency(IReadOnlyList<UnrolledMatrix> matrices);

    protected abstract Module Structure(RowLogic logic);
}

/// <summary>Bit-serial shared adder graphs: a full adder per adder, whatever the width.</summary>
internal sealed class SerialStyle : UnrolledStyle
{
    public override string Name => "serial";

    protected override int MostBandRows => SerialRows.MostBandRows;

    /// <summary>What sums are written as.</summary>
    public LogicView View { get; init; } = LogicView.Cells;

    /// <summary>Beyond greedy sharing a search gains less than a hundredth in tiles of this size, for six times the work.</summary>
    public const int UsualEffort = 20;

    /// <inheritdoc cref="OptimiserOptions.EffortPercent"/>
    public int EffortPercent { get; init; } = UsualEffort;

    protected override int Latency(IReadOnlyList<UnrolledMatrix> matrices) => SerialRows.Latency(matrices);

    protected override Module Structure(RowLogic logic) =>
        new SerialRows(logic, TileGraphs.Of(logic.Matrices, tile => SerialOptimiser.OptimiseTurns(tile, SerialRows.Turns(logic), new() { EffortPercent = EffortPercent, Threads = 1 }), Report), View == LogicView.Cells ? new() : null).Build();
}

/// <summary>Word-parallel shared adder graphs, pipelined.</summary>
internal sealed class ParallelStyle : UnrolledStyle
{
    public override string Name => "parallel";

    protected override int MostBandRows => ParallelRows.MostBandRows;

    /// <summary>Many tiles: little search for each.</summary>
    public const int UsualEffort = 10;

    /// <inheritdoc cref="OptimiserOptions.EffortPercent"/>
    public int EffortPercent { get; init; } = UsualEffort;

    /// <summary>Adders on the longest way through a stage.</summary>
    public int Levels { get; init; } = 2;

    protected override int Latency(IReadOnlyList<UnrolledMatrix> matrices) => ParallelRows.Latency(matrices, Levels);

    protected override Module Structure(RowLogic logic)
    {
        var options = new OptimiserOptions { Objective = GraphObjective.Bits, ExtraDepth = ParallelRows.ExtraDepth, EffortPercent = EffortPercent, Threads = 1 };
        return new ParallelRows(logic, TileGraphs.Of(logic.Matrices, tile => MatrixOptimiser.Optimise(tile, options), Report), Levels).Build();
    }
}
