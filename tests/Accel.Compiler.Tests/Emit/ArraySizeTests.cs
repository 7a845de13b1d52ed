using Accel.Compiler.Quantization;
using Accel.Compiler.Tests.Quantization;
using Accel.Hardware;
using Accel.Isa.Commands;

namespace Accel.Compiler.Tests.Emit;

/// <summary>What an array's size and dataflow change is time: bits are the interpreter's on every array.</summary>
public sealed class ArraySizeTests
{
    private static readonly CompilerOptions _options = new() { ContextLength = 40, PrefillTokens = 12 };

    public static TheoryData<int, int> Sizes => new()
    {
        { 4, 4 }, { 8, 8 }, { 16, 16 }, { 32, 32 }, { 64, 64 }, { 128, 128 }, { 256, 256 },
        { 1, 1 }, { 3, 5 }, { 7, 12 }, { 13, 64 }, { 100, 6 }, { 5, 300 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_trained_model_gives_the_same_bits_on_arrays_of_every_size(int rows, int columns)
    {
        var (graph, text) = TrainedModels.Hybrid(QuantizationOptions.Int4);
        new Differential(graph, Machines.Of(rows, columns), _options).Run(text, 20, 1, 7, 1, 1);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_random_model_gives_the_same_bits_on_arrays_of_every_size(int rows, int columns)
    {
        var model = new RandomModel(rows + (1000 * columns));
        var graph = RandomModelTests.Quantize(model, new QuantizationOptions { Rounding = WeightRounding.Nearest, RefinementSweeps = 0 });
        new Differential(graph, Machines.Of(rows, columns, arrays: 2), _options).Run(model.Tokens(40), 20, 1, 7, 1, 1);
    }

    [Fact]
    public void A_table_that_is_a_head_too_is_gathered_part_by_part_where_its_rows_are_cut()
    {
        // Wide arrays and slots of no more than a few kilobytes: whole rows would leave most columns idle.
        var (graph, text) = TrainedModels.Hybrid(QuantizationOptions.Int8);
        var run = new Differential(graph, Machines.Of(4, 256, scratchpad: 1 << 16, accumulatorWords: 1 << 12), _options);
        run.Run(text, 20, 1, 7, 1, 1);
        Assert.True(run.Program.EntryPoints[0].Instructions.OfType<Gather>().Count() > 1);
    }

    [Theory]
    [InlineData(ArrayDataflow.WeightStationary, Dataflow.WeightStationary)]
    [InlineData(ArrayDataflow.OutputStationary, Dataflow.OutputStationary)]
    public void An_array_of_one_dataflow_gets_no_other(ArrayDataflow only, Dataflow expected)
    {
        var (graph, text) = TrainedModels.Hybrid(QuantizationOptions.Int8);
        var run = new Differential(graph, Machines.Of(16, 16, dataflows: only), _options);
        run.Run(text, 20, 1, 7, 1, 1);
        Assert.All(run.Program.EntryPoints.SelectMany(entry => entry.Instructions).OfType<MatMul>(), product => Assert.Equal(expected, product.Dataflow));
    }
}
