using System.Diagnostics;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Calibration;
using Accel.Compiler.Quantization.Execution;
using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Models;

namespace Accel.Compiler.Tests.Quantization;

public sealed class QuantizerTests
{
    [Fact]
    public void The_shape_of_405_billion_weights_takes_little_time_and_memory()
    {
        var graph = ModelLoader.Load("llama-3.1-405b").Graph;
        Quantizer.QuantizeShape(ModelLoader.Load("stories15m").Graph, QuantizationOptions.Int4);
        var (before, watch) = (GC.GetAllocatedBytesForCurrentThread(), Process.GetCurrentProcess().TotalProcessorTime);
        var quantized = Quantizer.QuantizeShape(graph, QuantizationOptions.Int4);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
        Assert.InRange((Process.GetCurrentProcess().TotalProcessorTime - watch).TotalSeconds, 0, 2);
        Assert.False(quantized.HasWeights);
        Assert.Equal(405e9, quantized.Matrices.Sum(m => (double)m.Rows * m.Columns), 1e9 * 2);
        // Four bits and a mantissa per 32 of them, keys, values, embedding and head in eight.
        Assert.InRange(quantized.Matrices.Sum(m => m.StorageBits) / 405e9, 4.4, 4.8);
        Assert.Throws<InputException>(() => new Interpreter(quantized, new InterpreterOptions(16)));
    }

    [Theory]
    [InlineData("llama-3.1-8b")]
    [InlineData("lfm2-1.2b")]
    [InlineData("mamba-2.8b")]
    [InlineData("mistral-7b-v0.1")]
    [InlineData("stories260k")]
    public void Every_bundled_shape_has_an_integer_meaning(string name)
    {
        var quantized = Quantizer.QuantizeShape(ModelLoader.Load(name).Graph, QuantizationOptions.Int8);
        var defined = new HashSet<QuantizedValue>(ReferenceEqualityComparer.Instance);
        foreach (var op in quantized.Ops)
        {
            Assert.All(op.Operands, operand => Assert.Contains(operand, defined));
            Assert.All(op.States, state => Assert.Contains(state, quantized.States));
            Assert.True(defined.Add(op.Result));
        }

        Assert.Equal(quantized.Values, quantized.Ops.Select(op => op.Result));
        Assert.All(quantized.Values.Select((value, id) => (value, id)), pair => Assert.Equal(pair.id, pair.value.Id));
    }

    [Fact]
    public void A_shape_and_its_weights_give_the_same_ops()
    {
        var model = ModelLoader.Load("shakespeare-hybrid");
        var shape = Quantizer.QuantizeShape(model.Graph, QuantizationOptions.Int8 with { Rounding = WeightRounding.Nearest });
        var full = Quantizer.Quantize(model.Graph, model.Weights, CalibrationProfile.Empty, QuantizationOptions.Int8 with { Rounding = WeightRounding.Nearest });
        Assert.Equal(shape.Ops.Select(op => op.Mnemonic), full.Ops.Select(op => op.Mnemonic));
        Assert.Equal(shape.Values.Select(value => (value.Name, value.Width, value.BitsPerToken)), full.Values.Select(value => (value.Name, value.Width, value.BitsPerToken)));
        Assert.Equal(shape.Matrices.Select(m => (m.Name, m.StorageBits)), full.Matrices.Select(m => (m.Name, m.StorageBits)));
    }

    [Fact]
    public void Quantising_twice_gives_the_same_bits()
    {
        var (a, b) = (InterpreterTests.Make(9, QuantizationOptions.Int4).Graph, InterpreterTests.Make(9, QuantizationOptions.Int4).Graph);
        Assert.Equal(a.Ops.Select(op => op.Mnemonic), b.Ops.Select(op => op.Mnemonic));
        Assert.All(a.Matrices.Zip(b.Matrices), pair =>
        {
            Assert.Equal(pair.First.Data.Codes, pair.Second.Data.Codes);
            Assert.Equal(pair.First.Data.Mantissas, pair.Second.Data.Mantissas);
            Assert.Equal(pair.First.Exponent, pair.Second.Exponent);
        });
    }

    [Fact]
    public void Norms_are_part_of_the_codes_unless_that_is_switched_off()
    {
        var graph = ModelLoader.Load("stories260k").Graph;
        var fused = Quantizer.QuantizeShape(graph, QuantizationOptions.Int8);
        var separate = Quantizer.QuantizeShape(graph, QuantizationOptions.Int8 with { FuseNorms = false });
        Assert.Equal(11, fused.Ops.OfType<QuantizeRows>().Count(op => op.Norm is not null));
        Assert.Empty(fused.Ops.OfType<QuantizedRmsNorm>());
        Assert.Equal(11, separate.Ops.OfType<QuantizedRmsNorm>().Count());
        // Five layers: codes for q, k and v at once, for the output, for gate and up, for down; and the head.
        Assert.Equal(21, fused.Ops.OfType<QuantizeRows>().Count());
    }

    [Fact]
    public void An_operator_without_an_integer_meaning_is_named()
    {
        var graph = new GraphBuilder("odd");
        var tokens = graph.Input("tokens", TensorType.I32(Dim.Tokens));
        var x = graph.Add("embedding", new Embedding(), tokens, graph.Parameter("table", 4, 8));
        graph.Output("logits", graph.Add("capped", new SoftCap(30), x));
        var message = Assert.Throws<InputException>(() => Quantizer.QuantizeShape(graph.Build(), QuantizationOptions.Int8)).Message;
        Assert.Equal("odd: capped: expected an operator of the integer model, as far as there is an integer meaning, found the operator 'soft_cap'", message);
    }
}
