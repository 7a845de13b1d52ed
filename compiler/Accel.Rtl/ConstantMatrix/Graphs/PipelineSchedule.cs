namespace Accel.Rtl.ConstantMatrix.Graphs;

/// <summary>
/// Which stage of a pipeline computes each node, and how many registers carry each signal on. Stage 1 reads the inputs; what a stage
/// computes is registered at its end; all outputs leave the last stage together.
/// </summary>
public sealed class PipelineSchedule
{
    private readonly int[] _stages;
    private readonly int[] _registers;

    private PipelineSchedule(GraphCost cost, int stages, int[] stageOf)
    {
        (Stages, _stages) = (stages, stageOf);
        _registers = new int[stageOf.Length];
        var graph = cost.Graph;
        for (var k = 0; k < graph.Adders; k++)
        {
            var node = graph.Nodes[k];
            Carry(node.A, stageOf[graph.Inputs + k]);
            Carry(node.B, stageOf[graph.Inputs + k]);
        }

        foreach (var output in graph.Outputs)
        {
            if (!output.IsZero)
            {
                Carry(output.Signal, stages + 1);
            }
        }

        for (var signal = 0; signal < stageOf.Length; signal++)
        {
            RegisterBits += (long)_registers[signal] * cost.RangeOf(signal).SignedBits;
        }
    }

    /// <summary>Stages, and cycles from an input to its outputs; 0 for a graph without adders and for one that is not pipelined.</summary>
    public int Stages { get; }

    /// <summary>Flip-flops of all registers.</summary>
    public long RegisterBits { get; }

    /// <summary>Stages of at most <paramref name="levels"/> adders each; nodes stand as early or as late as they can, whichever takes fewer flip-flops.</summary>
    /// <param name="cost">The graph and the ranges of its signals.</param>
    /// <param name="levels">Adders on the longest way through a stage, from 1 up.</param>
    public static PipelineSchedule Of(GraphCost cost, int levels)
    {
        ArgumentNullException.ThrowIfNull(cost);
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 1);
        var graph = cost.Graph;
        var stages = Stage(graph.Depth, levels);
        var early = new int[graph.Signals];
        var late = new int[graph.Signals];
        Array.Fill(late, graph.Depth + 1);
        for (var k = graph.Adders - 1; k >= 0; k--)
        {
            var node = graph.Nodes[k];
            var level = Math.Min(late[graph.Inputs + k], graph.Depth + 1) - 1;
            late[graph.Inputs + k] = level;
            late[node.A] = Math.Min(late[node.A], level);
            late[node.B] = Math.Min(late[node.B], level);
        }

        for (var signal = 0; signal < graph.Signals; signal++)
        {
            var input = signal < graph.Inputs;
            early[signal] = input ? 1 : Stage(graph.DepthOf(signal), levels);
            late[signal] = input ? 1 : Stage(late[signal], levels);
        }

        var (first, second) = (new PipelineSchedule(cost, stages, early), new PipelineSchedule(cost, stages, late));
        return first.RegisterBits <= second.RegisterBits ? first : second;
    }

    /// <summary>The stage that computes a signal, from 1; 1 for an input.</summary>
    public int StageOf(int signal) => _stages[signal];

    /// <summary>Registers in a row behind a signal: after k of them it is read in stage <c>StageOf + k</c>, outputs in stage <c>Stages + 1</c>.</summary>
    public int RegistersOf(int signal) => _registers[signal];

    private static int Stage(int level, int levels) => (level + levels - 1) / levels;

    private void Carry(int signal, int stage) => _registers[signal] = Math.Max(_registers[signal], stage - _stages[signal]);
}
