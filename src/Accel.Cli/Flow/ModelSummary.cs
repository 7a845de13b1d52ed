using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Isa;
using Accel.Models;
using Accel.Report.Results;

namespace Accel.Cli.Flow;

/// <summary>A model for the report: its layers, what mixes tokens in each, parameters and state.</summary>
internal static class ModelSummary
{
    private const string LayerPrefix = "layers.";

    /// <param name="program">The compiled model: the sizes of weights and states are those that it lays out.</param>
    public static ModelResult Of(Model model, CompiledProgram program, string weightFormat)
    {
        var layers = new Dictionary<string, Layer>(StringComparer.Ordinal);
        foreach (var parameter in model.Graph.Parameters)
        {
            In(parameter.Name).Add(Part(parameter.Name), parameter.Type.Shape.Elements);
        }

        foreach (var node in model.Graph.Nodes)
        {
            if (Mixer(node.Op) is { } mixer && node.Results[0].Name is var name && name.StartsWith(LayerPrefix, StringComparison.Ordinal))
            {
                In(name).Mix(mixer);
            }
        }

        foreach (var segment in program.Segments.Where(segment => segment.Kind is SegmentKind.Cache or SegmentKind.State))
        {
            In(segment.Name).StateBytes += segment.SequenceStride > 0 ? segment.SequenceStride : segment.Length;
        }

        return new(
            model.Name, model.Architecture, model.Graph.Parameters.Sum(parameter => parameter.Type.Shape.Elements), weightFormat,
            program.Segments.Where(segment => segment.Kind == SegmentKind.Weights).Sum(segment => segment.Length), model.ContextLength,
            model.Graph.Outputs[0].Value.Type.Shape.Dims[^1].Value, [.. layers.Values.Select(layer => layer.Result())]);

        Layer In(string name)
        {
            var key = LayerOf(name);
            return layers.TryGetValue(key, out var layer) ? layer : layers[key] = new(key);
        }
    }

    /// <summary><c>layers.3</c> of <c>layers.3.mlp.up</c>; what is outside of layers is the embedding or the head.</summary>
    private static string LayerOf(string name) => name.Split('.') switch
    {
        ["layers", var number, ..] => LayerPrefix + number,
        ["embedding", ..] => "embedding",
        _ => "head",
    };

    private static string Part(string name) => name.Split('.') switch
    {
        ["layers", _, .., "norm", _] => "norms",
        ["layers", _, "mlp" or "moe", ..] => "MLP",
        ["layers", ..] => "mixer",
        ["embedding", ..] => "embedding",
        ["norm", ..] => "norms",
        _ => "head",
    };

    /// <summary>What an op is called as the mixer of a layer, and how surely it names the layer; null for one that mixes no tokens.</summary>
    private static (int Rank, string Name)? Mixer(Op op) => op switch
    {
        Attention { Window: > 0 } => (2, "sliding-window attention"),
        Attention => (2, "full attention"),
        RgLru => (2, "RG-LRU"),
        SelectiveScan => (2, "selective scan"),
        CausalConv => (1, "gated convolution"), // recurrent layers have one too, in front
        _ => null,
    };

    private sealed class Layer(string name)
    {
        private readonly Dictionary<string, long> _parts = new(StringComparer.Ordinal);
        private (int Rank, string Name) _mixer = (0, name);

        public long StateBytes { get; set; }

        public void Add(string part, long parameters) => _parts[part] = _parts.GetValueOrDefault(part) + parameters;

        public void Mix((int Rank, string Name) mixer) => _mixer = mixer.Rank > _mixer.Rank ? mixer : _mixer;

        public LayerResult Result() =>
            new(name, _mixer.Name, [.. _parts.OrderBy(part => Array.IndexOf(_order, part.Key)).Select(part => new PartResult(part.Key, part.Value))], StateBytes);

        private static readonly string[] _order = ["embedding", "mixer", "MLP", "norms", "head"];
    }
}
