using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Quantization.Weights;
using Accel.Compiler.Tests.Quantization;
using Accel.Rtl.Chip;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Tests.Chip;

/// <summary>Matrices in any style give the interpreter's integers in the cycles predicted, in the text for simulation and in the text for synthesis.</summary>
public sealed class StyleTests
{
    private const int Context = 24;

    [SkippableTheory]
    [InlineData(MatrixStyle.Serial, DesignView.Simulation)]
    [InlineData(MatrixStyle.Serial, DesignView.Synthesis)]
    [InlineData(MatrixStyle.Parallel, DesignView.Simulation)]
    [InlineData(MatrixStyle.Parallel, DesignView.Synthesis)]
    public void Matrices_of_one_style_compute_every_value_of_the_interpreter(MatrixStyle style, DesignView view)
    {
        Tool.Require("iverilog", "iverilog");
        WeightFormat[] formats = view == DesignView.Simulation ? [WeightFormat.Int8, WeightFormat.Int4, WeightFormat.Ternary] : [WeightFormat.Int4, WeightFormat.Ternary];
        for (var i = 0; i < formats.Length; i++)
        {
            var (model, graph) = Model(i, formats[i]);
            var design = Design(graph, 4 << i, _ => style);
            var bench = ChipBench.Icarus(graph, design, Tool.Folder($"style_{style}_{view}_{i}"), view);

            bench.Compare(model.Tokens(1), 2, SamplingSettings.Greedy, probe: true);
        }
    }

    private static ChipDesign Design(QuantizedGraph graph, int lanes, Func<QuantizedLinear, MatrixStyle> style) =>
        ChipGenerator.Generate(graph, new ChipOptions
        {
            ContextLength = Context,
            Lanes = lanes,
            Styles = graph.Ops.OfType<QuantizedLinear>().DistinctBy(op => op.Weight.Name).ToDictionary(op => op.Weight.Name, style),
        });

    /// <summary>The n-th random model that has a block-diagonal matrix.</summary>
    private static (RandomModel Model, QuantizedGraph Graph) Model(int index, WeightFormat format) =>
        Enumerable.Range(1, 4000).Select(seed => new RandomModel(seed))
            .Select(model => (Model: model, Graph: Try(model, format, index)))
            .Where(pair => pair.Graph is not null).Select(pair => (pair.Model, pair.Graph!)).Skip(index).First();

    private static QuantizedGraph? Try(RandomModel model, WeightFormat format, int index)
    {
        if (!model.Graph.NodesOf<Graph.Ops.RgLru>().Any())
        {
            return null;
        }

        var graph = RandomChipTests.Quantize(model, QuantizationOptions.Int8 with { Weights = new WeightScheme(format, index == 0 && format == WeightFormat.Int8 ? 0 : 4 + (2 * index)) });
        return RandomChipTests.HasBlocks(graph) && graph.Ops.OfType<QuantizedLinear>().Any(op => op.Blocks > 1) ? graph : null;
    }
}
