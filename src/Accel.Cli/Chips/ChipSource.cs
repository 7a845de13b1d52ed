using Accel.Cli.Integer;
using Accel.Compiler.Quantization;
using Accel.Core.Diagnostics;
using Accel.Models;
using Accel.Rtl.Chip;
using Accel.Rtl.Matrices.Choice;
using Accel.Rtl.Packaging;

namespace Accel.Cli.Chips;

/// <summary>A chip with the model that it is made from.</summary>
internal sealed record ChipSource(Model Model, QuantizedGraph Graph, ChipDesign Design)
{
    /// <param name="model">A bundled name or a path.</param>
    /// <param name="weights">The weight format.</param>
    /// <param name="calibration">Text that sets the formats; null for the default.</param>
    /// <param name="options">Context 0 for the model's, at most 512.</param>
    /// <param name="styles">How styles are chosen; null for those of the options.</param>
    public static ChipSource Make(string model, WeightChoice weights, FileInfo? calibration, ChipOptions options, StyleRequest? styles = null)
    {
        const int MostContext = 512;
        var loaded = ModelLoader.Load(model);
        _ = loaded.Weights;
        var graph = IntegerModel.Of(loaded, weights, calibration);
        var context = options.ContextLength > 0 ? options.ContextLength : (int)Math.Min(MostContext, loaded.ContextLength);
        options = options with { ContextLength = context };
        if (styles is not null)
        {
            // What cannot be a chip is said before styles are weighed.
            ChipGenerator.Check(graph, options);
            var plan = StylePlan.Of(graph, styles, context);
            options = options with { Lanes = plan.Lanes, Styles = plan.Styles };
        }

        return new(loaded, graph, ChipGenerator.Generate(graph, options));
    }

    /// <summary>Where the model is, as seen from a chip's folder.</summary>
    public static ModelOrigin Origin(string model, string name, WeightChoice weights, FileInfo? calibration, string folder)
    {
        var isPath = File.Exists(model) || Directory.Exists(model);
        return new(
            name, isPath ? Relative(folder, model) : model, !isPath, weights.ToString().ToLowerInvariant(), calibration is null ? null : Relative(folder, calibration.ToString()));
    }

    /// <summary>Makes the chip of a folder again.</summary>
    /// <exception cref="InputException">The model is gone, or gives another chip now.</exception>
    public static ChipSource Remake(string folder, ChipReport report)
    {
        var file = Path.Combine(folder, ChipReport.FileName);
        var origin = report.Model;
        if (!Enum.TryParse<WeightChoice>(origin.Weights, ignoreCase: true, out var weights) || !Enum.IsDefined(weights))
        {
            throw new InputException(file, "model.weights", string.Join(", ", Enum.GetNames<WeightChoice>()).ToLowerInvariant(), origin.Weights);
        }

        var model = origin.IsBundled ? origin.Reference : Found(origin.Reference, "model.reference", "the model that the chip was made from");
        var calibration = origin.Calibration is { } text ? new FileInfo(Found(text, "model.calibration", "the text that set the chip's formats")) : null;
        var source = Make(model, weights, calibration, new ChipOptions
        {
            ContextLength = report.ContextLength,
            Lanes = report.Lanes,
            HasProbe = report.HasProbe,
            Styles = report.Matrices.DistinctBy(matrix => matrix.Name).ToDictionary(matrix => matrix.Name, matrix => matrix.Style, StringComparer.Ordinal),
            AdderLevels = report.AdderLevels,
        });
        if (!ChipPackage.IsOf(report, source.Design))
        {
            throw new InputException(file, "files", "the chip that its model gives", $"another one: '{origin.Reference}' or this program changed since; emit again");
        }

        return source;

        string Found(string reference, string place, string what)
        {
            var path = Path.GetFullPath(Path.Combine(folder, reference));
            return File.Exists(path) || Directory.Exists(path) ? path : throw new InputException(file, place, what, $"nothing at '{reference}', seen from the folder");
        }
    }

    private static string Relative(string folder, string path) => Path.GetRelativePath(Path.GetFullPath(folder), Path.GetFullPath(path)).Replace('\\', '/');
}
