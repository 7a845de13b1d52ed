using Accel.Compiler.Emit;
using Accel.Compiler.Quantization;
using Accel.Hardware;
using Accel.Isa;
using Accel.Models;

namespace Accel.Compiler.Tests.Emit;

/// <summary>Equal layers lie alike in memory.</summary>
public sealed class LayerPlacementTests
{
    [Fact]
    public void Layers_of_a_model_differ_by_whole_rows_of_every_bank()
    {
        var graph = Quantizer.QuantizeShape(ModelLoader.Load("llama-3.1-8b").Graph, QuantizationOptions.Int8);
        var options = new CompilerOptions { ContextLength = 512, Taps = false, DisabledPasses = new HashSet<string> { "place-state" } };
        var (program, _) = ModelCompiler.Compile(graph, HardwareConfigLoader.Load(Configs.Path("big")), options);
        var layers = program.Segments.Where(segment => segment.Name.StartsWith("layers.", StringComparison.Ordinal))
            .GroupBy(segment => LayerPlacement.LayerOf(segment.Name)).ToDictionary(group => group.Key, group => group.ToArray());
        Assert.Equal(32, layers.Count);
        string Offsets(Segment[] layer) => string.Join(", ", layer.Select(segment => $"{segment.Start - layer[0].Start}+{segment.Length}"));
        foreach (var (name, layer) in layers)
        {
            Assert.Equal(Offsets(layers["layers.0"]), Offsets(layer));
            Assert.True(layer[0].Start % (4 << 20) == 0, $"{name} at {layer[0].Start}");
        }
    }

    [Theory]
    [InlineData("layers.3.attention.query", "layers.3")]
    [InlineData("encoder.layers.11", "encoder.layers.11")]
    [InlineData("norm.codes", "")]
    public void A_layer_is_named_up_to_its_number(string name, string layer) => Assert.Equal(layer, LayerPlacement.LayerOf(name));
}
