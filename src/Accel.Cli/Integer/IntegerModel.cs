using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Calibration;
using Accel.Models;
using Accel.Runtime;

namespace Accel.Cli.Integer;

/// <summary>The weight formats that the command line offers.</summary>
internal enum WeightChoice
{
    /// <summary>8 bits, one scale per row.</summary>
    Int8,

    /// <summary>4 bits in groups of 32; embedding, head, keys and values in 8.</summary>
    Int4,

    /// <summary>-1, 0, 1 in groups of 32; embedding, head, keys and values in 8.</summary>
    Ternary,

    /// <summary>The matrices of the MLPs in 4 bits, all others in 8.</summary>
    Mixed,
}

/// <summary>Gives a model its integer meaning, as the compiling verbs share it.</summary>
internal static class IntegerModel
{
    private const int CalibrationSequences = 16;
    private const int CalibrationTokens = 256;

    public static QuantizationOptions Options(WeightChoice weights) => weights switch
    {
        WeightChoice.Int8 => QuantizationOptions.Int8,
        WeightChoice.Int4 => QuantizationOptions.Int4,
        WeightChoice.Ternary => QuantizationOptions.Ternary,
        _ => QuantizationOptions.Int8 with
        {
            Exceptions = [.. new[] { "gate", "up", "down" }.Select(part => new MatrixScheme($".mlp.{part}.weight", new WeightScheme(WeightFormat.Int4, 32)))],
        },
    };

    /// <summary>Calibrates on float runs and quantises; a model without weights is quantised by its shapes.</summary>
    public static QuantizedGraph Of(Model model, WeightChoice weights, FileInfo? calibrationText)
    {
        if (!model.HasWeights)
        {
            return Quantizer.QuantizeShape(model.Graph, Options(weights));
        }

        var tokens = (int)Math.Min(CalibrationTokens, model.ContextLength);
        var texts = TextSource.Calibration(model, calibrationText, CalibrationSequences, tokens);
        var collector = new CalibrationCollector(model.Graph);
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(tokens, Environment.ProcessorCount)) { Observer = collector.Observe };
        var logits = new float[tokens * session.VocabularySize];
        foreach (var text in texts)
        {
            session.Reset();
            session.Forward(text, logits.AsSpan(0, text.Length * session.VocabularySize));
        }

        return Quantizer.Quantize(model.Graph, model.Weights, collector.Build(), Options(weights));
    }
}
