using System.Text.RegularExpressions;

namespace Accel.Models.Architectures;

/// <summary>
/// Maps the graph's parameter names to a checkpoint's tensor names by a table of patterns in which <c>{n}</c> is the layer.
/// </summary>
/// <param name="table">Parameter pattern and tensor pattern.</param>
internal sealed partial class TensorNames(IEnumerable<(string Parameter, string Tensor)> table)
{
    private readonly Dictionary<string, string> _table = table.ToDictionary(row => row.Parameter, row => row.Tensor, StringComparer.Ordinal);

    /// <summary>The tensor that holds a parameter.</summary>
    public string this[string parameter]
    {
        get
        {
            var layer = LayerOf().Match(parameter);
            var pattern = layer.Success ? $"layers.{{n}}.{parameter[layer.Length..]}" : parameter;
            return _table.TryGetValue(pattern, out var tensor)
                ? tensor.Replace("{n}", layer.Groups[1].Value, StringComparison.Ordinal)
                : throw new KeyNotFoundException($"no tensor name for the parameter '{parameter}'");
        }
    }

    [GeneratedRegex(@"^layers\.(\d+)\.")]
    private static partial Regex LayerOf();
}
