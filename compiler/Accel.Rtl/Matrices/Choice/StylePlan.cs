using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;

namespace Accel.Rtl.Matrices.Choice;

/// <summary>What the choice of styles is to have least of.</summary>
public enum StyleObjective
{
    /// <summary>Gate equivalents times cycles per token.</summary>
    AreaTime,

    Area,

    /// <summary>Cycles per token.</summary>
    Speed,

    /// <summary>Gates that change per token.</summary>
    Power,
}

/// <summary>How styles are chosen.</summary>
public sealed record StyleRequest
{
    /// <summary>Later rules override earlier ones.</summary>
    public IReadOnlyList<StyleRule> Rules { get; init; } = [];

    public StyleObjective Objective { get; init; }

    /// <summary>Gate equivalents that all matrices together may take.</summary>
    public double MostGates { get; init; } = double.PositiveInfinity;

    /// <summary>Lanes of style rom; 0 to choose.</summary>
    public int Lanes { get; init; }

    /// <summary>Adders on the longest way through a stage of style parallel.</summary>
    public int AdderLevels { get; init; } = 2;
}

/// <summary>A matrix, its style, and what that takes.</summary>
/// <param name="Weight">The name of its weights.</param>
/// <param name="Gates">Gate equivalents of its own, estimated.</param>
/// <param name="Cycles">Of its step.</param>
/// <param name="Toggles">Gates that change for a token: a proxy of energy.</param>
public sealed record MatrixChoice(string Weight, int Rows, int Columns, WeightFormat Format, MatrixStyle Style, double Gates, long Cycles, double Toggles);

/// <summary>The styles of all matrices of a model.</summary>
/// <param name="Lanes">Lanes of style rom, and codes of a word.</param>
/// <param name="Choices">In the order of the steps.</param>
/// <param name="SharedGates">Gate equivalents that styles share among their matrices, estimated.</param>
public sealed record StylePlan(int Lanes, IReadOnlyList<MatrixChoice> Choices, double SharedGates)
{
    /// <summary>What a chip has beside its matrices.</summary>
    private const double GatesBeside = 150_000;

    private static readonly int[] _lanes = [8, 16, 32, 64, 128, 256];

    public IReadOnlyDictionary<string, MatrixStyle> Styles => Choices.DistinctBy(choice => choice.Weight).ToDictionary(choice => choice.Weight, choice => choice.Style, StringComparer.Ordinal);

    /// <summary>Gate equivalents of all matrices and what they share.</summary>
    public double Gates => Choices.DistinctBy(choice => choice.Weight).Sum(choice => choice.Gates) + SharedGates;

    /// <param name="source">As errors name the rules.</param>
    /// <exception cref="InputException">A rule that names no matrix, or a budget that no choice keeps.</exception>
    public static StylePlan Of(QuantizedGraph graph, StyleRequest request, int contextLength, string source = "--style")
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(request);
        var fixedStyles = StyleRule.Apply(source, request.Rules, graph);
        var codeBits = graph.Ops.OfType<QuantizeRows>().Select(op => op.Output.CodeBits).DefaultIfEmpty(8).Max();
        var products = graph.Ops.OfType<QuantizedLinear>().Select(op => new StyleCost(op, codeBits)).ToList();

        // Whatever is not a matrix takes a cycle or a few per element; attention two per key and head.
        var table = graph.Ops.OfType<QuantizedEmbedding>().Single().Table;
        var beside = graph.Ops.Where(op => op is not QuantizedLinear).Sum(op => 3.0 * op.Result.Width)
            + graph.Ops.OfType<QuantizedAttention>().Sum(op => (double)op.Heads * (op.Window > 0 ? Math.Min(op.Window, contextLength) : contextLength));
        Candidate? best = null;
        foreach (var lanes in request.Lanes > 0 ? [request.Lanes] : _lanes)
        {
            // From each style all matrices that are free, then one after another to what is better for it.
            foreach (var start in fixedStyles.Values.Any(style => style is null) ? Enum.GetValues<MatrixStyle>() : [MatrixStyle.Rom])
            {
                var styles = fixedStyles.ToDictionary(pair => pair.Key, pair => pair.Value ?? start, StringComparer.Ordinal);
                var found = Improved(new(products, table, styles, lanes, request, beside), fixedStyles);
                best = best is null || found.IsBetterThan(best) ? found : best;
            }
        }

        return best!.Gates <= request.MostGates
            ? best.Plan()
            : throw new InputException("--area", "", $"at least {best.Gates:F0} gate equivalents: what the matrices take at least as they are asked for", $"{request.MostGates:F0}");
    }

    private static Candidate Improved(Candidate candidate, IReadOnlyDictionary<string, MatrixStyle?> fixedStyles)
    {
        for (var isChanged = true; isChanged;)
        {
            isChanged = false;
            foreach (var name in fixedStyles.Where(pair => pair.Value is null).Select(pair => pair.Key))
            {
                foreach (var style in Enum.GetValues<MatrixStyle>())
                {
                    if (candidate.Styles[name] != style && candidate.With(name, style) is var other && other.IsBetterThan(candidate))
                    {
                        (candidate, isChanged) = (other, true);
                    }
                }
            }
        }

        return candidate;
    }

    /// <summary>An assignment of styles and its cost.</summary>
    private sealed class Candidate
    {
        private readonly IReadOnlyList<StyleCost> _products;
        private readonly WeightMatrix _table;
        private readonly StyleRequest _request;
        private readonly double _beside;
        private readonly int _lanes;
        private readonly double _shared;
        private readonly double _objective;

        public Candidate(IReadOnlyList<StyleCost> products, WeightMatrix table, Dictionary<string, MatrixStyle> styles, int lanes, StyleRequest request, double beside)
        {
            (_products, _table, Styles, _lanes, _request, _beside) = (products, table, styles, lanes, request, beside);
            var choices = Choices();

            // The embedding looks rows up: in the ROM of a product, if that is one, else in one of its own.
            _shared = styles.TryGetValue(table.Name, out var tableStyle) && tableStyle == MatrixStyle.Rom ? 0 : StyleCost.RomGates(table, 1, lanes);
            _shared += Enum.GetValues<MatrixStyle>().Sum(style => StyleCost.SharedGates(style, Users(style), lanes));
            Gates = choices.DistinctBy(choice => choice.Weight).Sum(choice => choice.Gates) + _shared;
            Cycles = choices.Sum(choice => choice.Cycles) + beside;
            _objective = request.Objective switch
            {
                StyleObjective.Area => Gates,
                StyleObjective.Speed => Cycles,
                StyleObjective.Power => choices.Sum(choice => choice.Toggles),
                _ => (Gates + GatesBeside) * Cycles,
            };
        }

        public Dictionary<string, MatrixStyle> Styles { get; }

        public double Gates { get; }

        private double Cycles { get; }

        /// <summary>Within the budget, then by the objective, then smaller, then faster.</summary>
        public bool IsBetterThan(Candidate other)
        {
            var (over, otherOver) = (Math.Max(0, Gates - _request.MostGates), Math.Max(0, other.Gates - _request.MostGates));
            return (over, _objective, Gates, Cycles).CompareTo((otherOver, other._objective, other.Gates, other.Cycles)) < 0;
        }

        public Candidate With(string name, MatrixStyle style) => new(_products, _table, new(Styles, StringComparer.Ordinal) { [name] = style }, _lanes, _request, _beside);

        public StylePlan Plan() => new(_lanes, Choices(), _shared);

        private List<StyleCost> Users(MatrixStyle style) => [.. _products.Where(product => Styles[product.Op.Weight.Name] == style)];

        private List<MatrixChoice> Choices()
        {
            var users = Enum.GetValues<MatrixStyle>().ToDictionary(style => style, Users);
            return
            [
                .. _products.Select(product =>
                {
                    var (weight, style) = (product.Op.Weight, Styles[product.Op.Weight.Name]);
                    return new MatrixChoice(
                        weight.Name, weight.Rows, weight.Columns, weight.Format, style, product.Gates(style, _lanes),
                        product.Cycles(style, _lanes, users[style], _request.AdderLevels), product.Toggles(style, _lanes));
                }),
            ];
        }
    }
}
