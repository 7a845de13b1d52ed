using Accel.Compiler.Quantization.Calibration;
using Accel.Compiler.Quantization.Lowering;
using Accel.Core.Diagnostics;
using Accel.Graph;

namespace Accel.Compiler.Quantization;

/// <summary>Gives a float graph its exact integer meaning.</summary>
public static class Quantizer
{
    /// <summary>Quantises a model.</summary>
    /// <param name="graph">The float step function.</param>
    /// <param name="weights">Its parameters.</param>
    /// <param name="calibration">Of a float run over text; without it every value gets the default range, which is good for nothing but shapes.</param>
    /// <param name="options">Formats.</param>
    /// <exception cref="InputException">An operator without an integer meaning; it is named.</exception>
    public static QuantizedGraph Quantize(ModelGraph graph, WeightSet weights, CalibrationProfile calibration, QuantizationOptions options) =>
        GraphLowering.Lower(new LoweringContext(graph, weights, calibration, options));

    /// <summary>The same ops, formats and storage of a model of which only the shapes are known; nothing is allocated per weight.</summary>
    /// <exception cref="InputException">An operator without an integer meaning; it is named.</exception>
    public static QuantizedGraph QuantizeShape(ModelGraph graph, QuantizationOptions options) =>
        GraphLowering.Lower(new LoweringContext(graph, null, CalibrationProfile.Empty, options));
}
