using Accel.Rtl.ConstantMatrix.Graphs;
using Accel.Rtl.ConstantMatrix.Sharing;

namespace Accel.Rtl.ConstantMatrix.Serial;

/// <summary>Finds a small serial graph for a constant matrix.</summary>
public static class SerialOptimiser
{
    /// <summary>
    /// A bit of state in full adders, by the cells of the open 130 nm library: flip-flop, the gate that sets it, and a part of a half adder,
    /// 8.5 to 5.3 gate equivalents.
    /// </summary>
    private const double StatePrice = 1.6;

    /// <summary>A term that a pass chooses, and the rows that take turns share: with these, 64 x 64 of ternary and int4 take least.</summary>
    private const double ChoicePrice = 0.15, LanePrice = 0.75;

    /// <inheritdoc cref="MatrixOptimiser.Optimise"/>
    public static SerialGraph Optimise(IntegerMatrix matrix, OptimiserOptions? options = null, Action<int, int>? report = null) =>
        Optimise(matrix, options ?? new(), new SumPrices(StatePrice, 1, StatePrice), report);

    /// <summary>A graph whose outputs take turns, so many of them at an adder: their own terms cost little, and less is worth sharing.</summary>
    /// <param name="turns">Outputs that an adder serves one after another.</param>
    public static SerialGraph OptimiseTurns(IntegerMatrix matrix, int turns, OptimiserOptions? options = null, Action<int, int>? report = null) =>
        Optimise(matrix, options ?? new(), new SumPrices(StatePrice, ChoicePrice + (LanePrice / turns), 0), report);

    private static SerialGraph Optimise(IntegerMatrix matrix, OptimiserOptions options, SumPrices prices, Action<int, int>? report)
    {
        ArgumentNullException.ThrowIfNull(matrix);

        // What greedy sharing leaves to be gained is a few percent here: the outputs' own adders stay, and a twentieth of the work finds most of it.
        options = options with { EffortPercent = options.EffortPercent / 20 };
        var builder = new SerialBuilder(matrix.Inputs, matrix.Outputs);
        foreach (var (tile, network) in MatrixOptimiser.Networks(matrix, options, prices.Of, prices, report))
        {
            builder.Add(network, tile.FirstInput, tile.FirstOutput);
        }

        return builder.Build();
    }

    /// <summary>Numbers the sums of networks so that operands come first.</summary>
    private sealed class SerialBuilder(int inputs, int outputs)
    {
        private readonly List<SerialTerm[]> _sums = [];
        private readonly List<SerialTerm>[] _outputTerms = [.. Enumerable.Range(0, outputs).Select(_ => new List<SerialTerm>())];

        public void Add(SumNetwork network, int firstInput, int firstOutput)
        {
            var numbers = new int[network.Signals];
            Array.Fill(numbers, -1);
            for (var i = 0; i < network.Inputs; i++)
            {
                numbers[i] = firstInput + i;
            }

            for (var j = 0; j < network.Outputs; j++)
            {
                foreach (var packed in network.Sum(network.Inputs + j))
                {
                    _outputTerms[firstOutput + j].Add(Resolve(network, numbers, new(packed)));
                }
            }
        }

        public SerialGraph Build()
        {
            var results = new int[outputs];
            for (var j = 0; j < outputs; j++)
            {
                results[j] = -1;
                if (_outputTerms[j].Count > 0)
                {
                    results[j] = inputs + _sums.Count;
                    _sums.Add([.. _outputTerms[j]]);
                }
            }

            return new(inputs, [.. _sums], results);
        }

        private SerialTerm Resolve(SumNetwork network, int[] numbers, Term term)
        {
            if (numbers[term.Signal] < 0)
            {
                var terms = new List<SerialTerm>();
                foreach (var packed in network.Sum(term.Signal))
                {
                    terms.Add(Resolve(network, numbers, new(packed)));
                }

                numbers[term.Signal] = inputs + _sums.Count;
                _sums.Add([.. terms]);
            }

            return new(numbers[term.Signal], term.Shift, term.Negative);
        }
    }
}
