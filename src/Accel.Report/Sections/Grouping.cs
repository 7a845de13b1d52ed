using Accel.Report.Charts;

namespace Accel.Report.Sections;

/// <summary>Many bars made few: the largest stay, the others are summed.</summary>
internal static class Grouping
{
    /// <summary>Bars of one chart at most.</summary>
    public const int Most = 10;

    /// <summary>Keys by falling size over all runs, at most <see cref="Most"/>, and whether others were left over.</summary>
    public static (IReadOnlyList<string> Keys, int Left) Largest(IEnumerable<(string Key, double Size)> sizes)
    {
        var sums = sizes.GroupBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, Size: group.Max(pair => pair.Size)))
            .Where(group => group.Size > 0)
            .OrderByDescending(group => group.Size).ThenBy(group => group.Key, StringComparer.Ordinal)
            .ToArray();
        var shown = sums.Length <= Most + 1 ? sums.Length : Most;
        return ([.. sums.Take(shown).Select(group => group.Key)], sums.Length - shown);
    }

    /// <summary>An operator's name without its layer's number: <c>layers.{n}.mlp.up</c>.</summary>
    public static string Pattern(string name) => LayerNames.Pattern(name + ".").TrimEnd('.');
}
