using System.Text.RegularExpressions;

namespace Accel.Report;

/// <summary>Names that differ in the number of a layer only, shown as one.</summary>
public static partial class LayerNames
{
    /// <summary>The name with its layer replaced: <c>layers.3.mlp</c> and <c>blk.3.ffn</c> become <c>layers.{n}.mlp</c> and <c>blk.{n}.ffn</c>.</summary>
    public static string Pattern(string name) => Layer().Replace(name, "$1{n}", 1);

    /// <summary>The layers of such names as ranges, <c>0-3, 5</c>; nothing for names without a layer.</summary>
    public static string Ranges(IEnumerable<string> names)
    {
        var ranges = new List<(int First, int Last)>();
        foreach (var layer in names.Select(name => Layer().Match(name)).Where(match => match.Success).Select(match => int.Parse(match.Groups[2].Value)).Order())
        {
            if (ranges.Count > 0 && ranges[^1].Last == layer - 1)
            {
                ranges[^1] = (ranges[^1].First, layer);
            }
            else
            {
                ranges.Add((layer, layer));
            }
        }

        return string.Join(", ", ranges.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"));
    }

    [GeneratedRegex(@"\b(layers\.|blk\.)(\d+)(?=\.)")]
    private static partial Regex Layer();
}
