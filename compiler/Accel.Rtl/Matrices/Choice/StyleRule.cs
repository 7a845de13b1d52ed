using System.Text.RegularExpressions;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;

namespace Accel.Rtl.Matrices.Choice;

/// <summary>Which matrices get which style.</summary>
/// <param name="Pattern">
/// <c>all</c>, <c>ffn</c>, <c>attention</c>, <c>head</c>, or names of weights with <c>*</c> for any run of characters.
/// </param>
/// <param name="Style">Null to let the cost model choose.</param>
public sealed record StyleRule(string Pattern, MatrixStyle? Style)
{
    private const string Forms = "STYLE or MATRICES=STYLE; STYLE rom, serial, parallel or auto; MATRICES all, ffn, attention, head or a name with *";

    /// <summary>Rules from text: <c>serial</c>, <c>ffn=serial</c>, <c>layers.0.*=parallel,head=rom</c>.</summary>
    /// <param name="source">As errors name it.</param>
    /// <param name="text">Rules between commas.</param>
    /// <exception cref="InputException">No such style, or a rule of another form.</exception>
    public static IReadOnlyList<StyleRule> Parse(string source, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.Split(',').Select(Rule)];

        StyleRule Rule(string rule)
        {
            var parts = rule.Split('=', StringSplitOptions.TrimEntries);
            var style = parts[^1];
            if (parts.Length > 2 || parts[0].Length == 0)
            {
                throw new InputException(source, "", Forms, $"'{rule}'");
            }

            var named = Enum.GetValues<MatrixStyle>().Where(s => s.ToString().Equals(style, StringComparison.OrdinalIgnoreCase)).ToList();
            if (named.Count == 0 && !style.Equals("auto", StringComparison.OrdinalIgnoreCase))
            {
                throw new InputException(source, "", Forms, $"'{rule}'");
            }

            return new(parts.Length == 2 ? parts[0] : "all", named.Count > 0 ? named[0] : null);
        }
    }

    /// <summary>The style of each matrix by the name of its weights: the last rule that names it decides; rom without any. Null is for the cost model.</summary>
    /// <exception cref="InputException">A rule that names no matrix.</exception>
    public static IReadOnlyDictionary<string, MatrixStyle?> Apply(string source, IReadOnlyList<StyleRule> rules, QuantizedGraph graph)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(graph);
        var products = graph.Ops.OfType<QuantizedLinear>().DistinctBy(op => op.Weight.Name).ToList();
        var styles = products.ToDictionary(op => op.Weight.Name, _ => (MatrixStyle?)MatrixStyle.Rom, StringComparer.Ordinal);
        foreach (var rule in rules)
        {
            var named = products.Where(op => rule.Names(op, graph)).ToList();
            if (named.Count == 0)
            {
                throw new InputException(source, "", "matrices of this model: all, ffn, attention, head, or names like " + string.Join(", ", products.Take(3).Select(op => op.Weight.Name)), $"'{rule.Pattern}', which names none");
            }

            foreach (var op in named)
            {
                styles[op.Weight.Name] = rule.Style;
            }
        }

        return styles;
    }

    private bool Names(QuantizedLinear op, QuantizedGraph graph) => Pattern switch
    {
        "all" => true,
        "ffn" => op.Weight.Name.Contains(".mlp.", StringComparison.Ordinal),
        "attention" => op.Weight.Name.Contains(".attention.", StringComparison.Ordinal),
        "head" => op.Output.Id == graph.Logits.Id,
        _ => Regex.IsMatch(op.Weight.Name, $"^{Regex.Escape(Pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant),
    };
}
