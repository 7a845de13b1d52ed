using Accel.Rtl.ConstantMatrix.Graphs;
using Accel.Rtl.ConstantMatrix.Sharing;

namespace Accel.Rtl.ConstantMatrix;

/// <summary>What a graph shall have least of.</summary>
public enum GraphObjective
{
    /// <summary>Two-input adders: the area of bit-serial logic.</summary>
    Adders,

    /// <summary>Full adders, by the widths that the values need: the area of parallel logic.</summary>
    Bits,
}

/// <summary>How a matrix is optimised.</summary>
public sealed record OptimiserOptions
{
    /// <summary>Levels of adders that the graph may have beyond <see cref="IntegerMatrix.MinimumDepth"/>.</summary>
    public int ExtraDepth { get; init; } = 2;

    public GraphObjective Objective { get; init; } = GraphObjective.Adders;

    /// <summary>What each input can be; the widths of the adders follow from it.</summary>
    public ValueRange Input { get; init; } = ValueRange.Int8;

    /// <summary>Work of the search in percent of the usual; 0 for greedy sharing alone.</summary>
    public int EffortPercent { get; init; } = 100;

    /// <summary>Threads; the outcome does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>
/// Finds a small adder graph for a constant matrix. Matrices that are too large for one search are cut into tiles that share nothing but
/// equal adders; the sums of the tiles are joined at the end.
/// </summary>
public static class MatrixOptimiser
{
    /// <summary>The greatest allowed <see cref="OptimiserOptions.ExtraDepth"/> plus minimum depth.</summary>
    public const int MaxDepth = 30;

    /// <summary>A matrix of so few digits is searched many times over.</summary>
    private const int FewDigits = 1000;

    /// <summary>Up to this many tiles are searched twice.</summary>
    private const int FewTiles = 4;

    /// <summary>Where sums have states, a matrix of more digits is searched once: its greedy pass takes longer than what the search may.</summary>
    private const int ManyDigits = 20_000;

    /// <summary>Moves over all searches at most, for each digit: more do not help.</summary>
    private const long MovesPerDigit = 500;

    /// <summary>Pairs counted over all searches at most, about ten seconds of one core.</summary>
    private const long MostWork = 260_000_000;

    /// <summary>A tile that the search goes through many times.</summary>
    private static readonly TileLimits _limits = new(128, 2_500_000);

    /// <summary>
    /// The same where sums have states: most of the gain is in the first, greedy pass, and that finds the more to share the larger the tile is. Int8 codes of 128 x 128
    /// stay whole, at 200 MB and a second of one core; cut in four they would take a tenth more.
    /// </summary>
    private static readonly TileLimits _limitsWithStates = new(512, 10_000_000);

    /// <param name="matrix">The matrix.</param>
    /// <param name="options">What to look for; the defaults without it.</param>
    /// <param name="report">Called after each finished search with the number of those finished and of all; from any thread, one at a time.</param>
    /// <returns>A graph that computes the matrix and is no deeper than allowed.</returns>
    public static AdderGraph Optimise(IntegerMatrix matrix, OptimiserOptions? options = null, Action<int, int>? report = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        options ??= new();
        var builder = new GraphBuilder(matrix.Inputs, matrix.Outputs);
        Func<SumNetwork, double> cost = options.Objective switch
        {
            GraphObjective.Adders => network => network.Adders,
            _ => network => GraphCost.Of(GraphBuilder.Build(network), options.Input).FullAdderBits,
        };
        foreach (var (tile, network) in Networks(matrix, options, cost, 0, report))
        {
            builder.Add(network, tile.FirstInput, tile.FirstOutput);
        }

        return builder.Build();
    }

    /// <summary>The best network found for each tile.</summary>
    /// <param name="cost">What a network costs.</param>
    /// <param name="statePrice">What a bit of state of a sum costs, in adders: the search's own measure.</param>
    internal static List<(Tile Tile, SumNetwork Network)> Networks(
        IntegerMatrix matrix, OptimiserOptions options, Func<SumNetwork, double> cost, double statePrice, Action<int, int>? report)
    {
        var depth = matrix.MinimumDepth + options.ExtraDepth;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ExtraDepth, 0, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, MaxDepth, nameof(options));
        var hasStates = statePrice > 0;
        var tiles = Tiling.Of(matrix, depth, hasStates ? _limitsWithStates : _limits);
        var chains = matrix.Digits <= FewDigits ? 8 : tiles.Count <= FewTiles && (!hasStates || matrix.Digits <= ManyDigits) ? 2 : 1;
        var found = new SumNetwork[tiles.Count * chains];
        var finished = 0;
        var gate = new Lock();
        Parallel.For(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Threads) }, index =>
        {
            // Of several searches one starts from differences of columns, if those are any shorter; with states that seldom ends better.
            var (tile, chain) = (tiles[index / chains], index % chains);
            var start = (chain == chains - 1 && (chains > 1 || !hasStates) ? StartNetworks.ColumnDifferences(tile.Matrix) : null) ?? StartNetworks.Digits(tile.Matrix);
            var share = options.EffortPercent / 100.0 / found.Length;
            var (moves, work) = ((long)(MovesPerDigit * tile.Matrix.Digits * share), (long)(MostWork * share));
            found[index] = new TileSearch(tile.AllowedWeights, cost, statePrice).Run(start, seed: (ulong)chain + 1, moves, work);
            lock (gate)
            {
                report?.Invoke(++finished, found.Length);
            }
        });
        return [.. tiles.Select((tile, t) => (tile, found.Skip(t * chains).Take(chains).MinBy(cost)!))];
    }
}
