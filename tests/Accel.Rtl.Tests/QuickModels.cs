using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Calibration;
using Accel.Compiler.Quantization.Weights;
using Accel.Models;
using Accel.Runtime;

namespace Accel.Rtl.Tests;

/// <summary>Models in integer form, quickly: how well the codes are chosen is no matter here.</summary>
internal static class QuickModels
{
    private const int CalibrationTokens = 48;

    public static QuantizedGraph Quantize(Model model, QuantizationOptions options)
    {
        var collector = new CalibrationCollector(model.Graph);
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(CalibrationTokens)) { Observer = collector.Observe };
        var random = new Random(1);
        session.Forward(
            [.. Enumerable.Range(0, CalibrationTokens).Select(_ => random.Next(session.VocabularySize))], new float[CalibrationTokens * session.VocabularySize]);
        return Quantizer.Quantize(model.Graph, model.Weights, collector.Build(), options with { Rounding = WeightRounding.Nearest, RefinementSweeps = 0 });
    }
}
