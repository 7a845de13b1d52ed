using Accel.Compiler.Quantization;
using Accel.Compiler.Tests.Quantization;
using Accel.Models;
using Accel.Tests.Shared;

namespace Accel.Compiler.Tests.Emit;

/// <summary>The trained models in integer form, and text for them.</summary>
internal static class TrainedModels
{
    /// <summary>The bundled model.</summary>
    public static (QuantizedGraph Graph, int[] Text) Hybrid(QuantizationOptions options) => Load(ModelLoader.Load(ModelLoader.DefaultName), options);

    /// <summary>A model of the Llama family; skips where it is absent.</summary>
    public static (QuantizedGraph Graph, int[] Text) Stories(QuantizationOptions options) =>
        Load(ModelLoader.Load(SharedData.Path("models", "stories260k", "stories260K.bin")), options);

    private static (QuantizedGraph Graph, int[] Text) Load(Model model, QuantizationOptions options)
    {
        // How codes are chosen is no matter here: the nearest are quick.
        var texts = QualityStudy.Generate(model, first: 1, count: 2, tokens: 513, seed: 7);
        var calibration = QualityStudy.Calibrate(model, [texts[0][..128]]);
        var quick = options with { Rounding = WeightRounding.Nearest, RefinementSweeps = 0 };
        return (Quantizer.Quantize(model.Graph, model.Weights, calibration, quick), texts[1]);
    }
}
