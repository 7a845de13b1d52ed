using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Calibration;
using Accel.Compiler.Tests.Quantization;
using Accel.Models;
using Accel.Runtime;

namespace Accel.Compiler.Tests.Emit;

/// <summary>Random small models on random machines: the program says what the interpreter says.</summary>
public sealed class RandomModelTests
{
    [Theory]
    [InlineData(0, 12)]
    [InlineData(12, 24)]
    [InlineData(24, 40)]
    public void Program_equals_interpreter(int firstSeed, int endSeed)
    {
        for (var seed = firstSeed; seed < endSeed; seed++)
        {
            try
            {
                Check(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}: {exception.Message}", exception);
            }
        }
    }

    private static void Check(int seed)
    {
        var random = new Random(seed);
        int Pick(params int[] choices) => choices[random.Next(choices.Length)];
        var model = new RandomModel(seed);
        var graph = Quantize(model, Options(Pick));
        var side = Pick(4, 5, 7, 16, 24, 32, 100, 256);
        var hardware = Machines.Of(
            side, Pick(4, 6, 13, 16, 32, 77, 256), Pick(1, 1, 2, 3), Pick(1, 2, 4, 8), Pick(1 << 16, 1 << 17, 1 << 20), Pick(1 << 11, 1 << 13, 1 << 15), Pick(1, 2), Pick(1, 4, 16));
        var options = new CompilerOptions { ContextLength = 48, PrefillTokens = Pick(2, 8, 12), Sequences = Pick(1, 2) };
        new Differential(graph, hardware, options).Run(model.Tokens(48), 9, 1, 1, 12, 1, 5, 1, 1, 1);
    }

    private static QuantizationOptions Options(Func<int[], int> pick)
    {
        var weights = pick([0, 1, 2, 3]) switch
        {
            0 => new WeightScheme(WeightFormat.Int8),
            1 => new WeightScheme(WeightFormat.Int4, 8),
            2 => new WeightScheme(WeightFormat.Int3, 16),
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
