using Accel.Compiler.Passes;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Calibration;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Tests.Quantization;
using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Models;
using Accel.Runtime;

namespace Accel.Compiler.Tests.Emit;

/// <summary>Random small models on random machines: the program says what the interpreter says.</summary>
public sealed class RandomModelTests
{
    private static readonly ArrayDataflow[][] _dataflows =
    [
        [ArrayDataflow.WeightStationary], [ArrayDataflow.OutputStationary], [ArrayDataflow.WeightStationary, ArrayDataflow.OutputStationary],
    ];

    /// <summary>What the seeds must reach together: else their agreement says less than it seems to.</summary>
    private static readonly string[] _wanted =
    [
        "embedding", "linear", "attention", "rope", "causal_conv", "rg_lru", "selective_scan", "add", "multiply",
        "sliding window", "full attention", "one query head a key head", "multi-query", "grouped queries",
        "Int8 per row", "Int4 per row", "Int4 in groups", "Int3 in groups", "Ternary in groups",
        "several sequences at once", "rows cut along their depth", "rows cut in more than three parts", "mantissas behind their rows", "mantissas apart",
        "WeightStationary", "OutputStationary", "state on chip", "state in memory", "reduce on more than one unit",
        "lanes on more than one unit", "quantize on more than one unit", "scan on more than one unit", "convolve on more than one unit", "rotate on more than one unit", "lookup on more than one unit",
    ];

    [Fact]
    public void Program_equals_interpreter()
    {
        var covered = new HashSet<string>();
        for (var seed = 0; seed < 60; seed++)
        {
            try
            {
                Check(seed, covered);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}: {exception.Message}", exception);
            }
        }

        Assert.Empty(_wanted.Except(covered));
    }

    private static void Check(int seed, HashSet<string> covered)
    {
        var random = new Random(seed);
        int Pick(params int[] choices) => choices[random.Next(choices.Length)];
        var model = new RandomModel(seed);
        var graph = Quantize(model, Options(Pick));
        var side = Pick(4, 5, 7, 16, 24, 32, 100, 256);
        var hardware = Machines.Of(
            side, Pick(4, 6, 13, 16, 32, 77, 256), Pick(1, 1, 2, 3), Pick(1, 2, 4, 8), Pick(1 << 16, 1 << 17, 1 << 20), Pick(1 << 11, 1 << 13, 1 << 15), Pick(1, 2, 3), Pick(1, 4, 16), Pick(1, 4, 32),
            _dataflows[Pick(0, 1, 2)]);
        var options = new CompilerOptions { ContextLength = 48, PrefillTokens = Pick(2, 8, 12), Sequences = Pick(1, 2, 3), DisabledPasses = Disabled(random) };
        var run = new Differential(graph, hardware, options) { Sequence = options.Sequences - 1 };
        var tokens = model.Tokens(48);
        run.Run(tokens, 9, 1, 1, 12, 1, 5, 1, 1, 1);
        if (run.Program.EntryPoints is [_, _, { MaximumTokens: var most }])
        {
            // Sequences that have seen different numbers of tokens, all of them at once, or the last ones.
            run.Sequence = 0;
            run.Run(tokens, random.Next(1, 9));
            run.RunBatch(tokens.AsSpan(0, most));
            run.RunBatch(tokens.AsSpan(8, most));
            run.Sequence = options.Sequences - 1;
            run.RunBatch(tokens.AsSpan(20, 1));
            run.Run(tokens.AsSpan(30), 1);
            covered.Add(most > 1 ? "several sequences at once" : "one sequence at once");
        }

        Note(covered, graph, run);
    }

    /// <summary>None, mostly; else each with even chances.</summary>
    private static HashSet<string> Disabled(Random random) => random.Next(3) > 0 ? [] : [.. PassPipeline.Passes.Select(pass => pass.Name).Where(_ => random.Next(2) == 0)];

    /// <summary>Which kinds of model and program a run has tried.</summary>
    private static void Note(HashSet<string> covered, QuantizedGraph graph, Differential run)
    {
        covered.UnionWith(graph.Ops.Select(op => op.Mnemonic));
        foreach (var attention in graph.Ops.OfType<QuantizedAttention>())
        {
            covered.Add(attention.Window > 0 ? "sliding window" : "full attention");
            covered.Add(attention.Heads == attention.KeyHeads ? "one query head a key head" : attention.KeyHeads == 1 ? "multi-query" : "grouped queries");
        }

        covered.UnionWith(graph.Matrices.Select(matrix => $"{matrix.Format} {(matrix.GroupSize >= matrix.Columns ? "per row" : "in groups")}"));
        covered.UnionWith(run.Program.EntryPoints.SelectMany(entry => entry.Instructions).OfType<MatMul>().Select(product => $"{product.Dataflow}"));
        covered.Add(run.Program.Segments.Any(segment => segment.Name.EndsWith(".mantissas", StringComparison.Ordinal)) ? "mantissas apart" : "mantissas behind their rows");
        foreach (var (op, traffic) in graph.Ops.Zip(run.Report.EntryPoints[0].Operators).Where(pair => pair.Second.Tile is not null))
        {
            var parts = (op.Operands[0].Width + traffic.Tile!.Depth - 1) / traffic.Tile.Depth;
            covered.UnionWith(parts > 1 ? ["rows cut along their depth"] : []);
            covered.UnionWith(parts > 3 ? ["rows cut in more than three parts"] : []);
        }

        covered.UnionWith(run.Program.EntryPoints.SelectMany(entry => entry.Instructions).OfType<VectorCommand>().Where(command => command.Vector > 0).Select(command => $"{command.Mnemonic} on more than one unit"));
        covered.UnionWith(run.Report.States.Select(state => state.OnChip ? "state on chip" : "state in memory"));
    }

    private static QuantizationOptions Options(Func<int[], int> pick)
    {
        var weights = pick([0, 1, 2, 3, 4]) switch
        {
            0 => new WeightScheme(WeightFormat.Int8),
            1 => new WeightScheme(WeightFormat.Int4, 8),
            2 => new WeightScheme(WeightFormat.Int3, 16),
            3 => new WeightScheme(WeightFormat.Int4),
            _ => new WeightScheme(WeightFormat.Ternary, 4),
        };
        return new QuantizationOptions
        {
            Weights = weights,
            Rounding = WeightRounding.Nearest,
            ActivationBits = pick([8, 16]),
            QueryBits = pick([8, 16]),
            KeyBits = pick([8, 16]),
            CachedValueBits = pick([8, 16]),
            ValueBits = pick([16, 32]),
            ResidualBits = pick([16, 32]),
            FuseNorms = pick([0, 1]) == 1,
            RefinementSweeps = 0,
        };
    }

    /// <summary>Calibrated over text of its own.</summary>
    internal static QuantizedGraph Quantize(RandomModel model, QuantizationOptions options)
    {
        var collector = new CalibrationCollector(model.Graph);
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(64)) { Observer = collector.Observe };
        var tokens = model.Tokens(48);
        session.Forward(tokens, new float[tokens.Length * RandomModel.Vocabulary]);
        return Quantizer.Quantize(model.Graph, model.Weights, collector.Build(), options);
    }
}
