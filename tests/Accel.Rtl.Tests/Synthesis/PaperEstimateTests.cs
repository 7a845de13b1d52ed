using Accel.Compiler.Quantization;
using Accel.Models;
using Accel.Rtl.Synthesis;

namespace Accel.Rtl.Tests.Synthesis;

public sealed class PaperEstimateTests
{
    private static readonly ProcessNode _n6 = ProcessNode.All.Single(node => node.Name == "n6");

    [Fact]
    public void Eight_billion_weights_are_counted_by_closed_forms()
    {
        var graph = Quantizer.QuantizeShape(ModelLoader.Load("llama-3.1-8b").Graph, QuantizationOptions.Int4);
        var figures = new LogicFigures { GatesPerToldBit = 0.2, ToldShare = 1, ToldShareOfScales = 1, GatesPerLane = 100, GatesPerLaneAndWeightBit = 0, GatesPerStage = 0 };
        var estimate = PaperEstimate.Of(graph, context: 1000, weightsPerLane: 1024, _n6, figures);

        // 8,030,261,248 parameters without the weights of 65 norms of 4,096.
        Assert.Equal(8_030_261_248 - (65L * 4096), estimate.Weights);

        // Eight bits for the embedding, the head, keys and values; four for the others, in groups of 32 with scales of 16 bits.
        var wide = (2 * 128_256L * 4096) + (32 * 2 * 1024L * 4096);
        Assert.Equal(0.2 * ((8 * wide) + (4 * (estimate.Weights - wide))), estimate.TableGates, 1);

        // Every matrix is a multiple of 1,024 weights.
        Assert.Equal(estimate.Weights / 1024, estimate.Lanes);
        Assert.Equal(100.0 * estimate.Lanes, estimate.LaneGates, 1);

        // Keys of 16 bits and values of 8, of 8 heads of 128 codes with a scale of 16 bits.
        Assert.Equal(32 * 1000L * 8 * ((128 * 16) + 16 + (128 * 8) + 16), estimate.MemoryBits);

        // In each layer: queries, keys and values of one input; their output; gate and up; down. And the head.
        Assert.Equal(((32 * 4) + 1) * 1024, estimate.CyclesPerToken);
        Assert.Equal(estimate.Gates * 4 / 114.2e6, estimate.LogicArea, 1e-6);
        Assert.Equal(estimate.MemoryBits * 0.027 / 0.7 / 1e6, estimate.MemoryArea, 1e-6);
        Assert.Equal((estimate.LogicArea + estimate.MemoryArea) * 1e6 / estimate.Weights, estimate.AreaPerWeight, 1e-9);
    }

    [Fact]
    public void As_measured_it_is_of_the_size_of_the_chip_that_was_made()
    {
        var graph = Quantizer.QuantizeShape(ModelLoader.Load("llama-3.1-8b").Graph, QuantizationOptions.Int4);
        var estimate = PaperEstimate.Of(graph, 4096, 1024, _n6, new());

        // 815 mm2 and 6.6 transistors per weight are published; the estimate leaves interfaces, clock tree and spare parts out.
        Assert.InRange(estimate.Area, 815 / 2.5, 815);
        Assert.InRange(estimate.TransistorsPerWeight, 3, 6.6);
    }
}
