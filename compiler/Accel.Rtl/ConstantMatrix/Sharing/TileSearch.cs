namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>
/// One run from a start network to a good one: greedy sharing, then rounds of search at a falling temperature, by turns on the network and
/// on its transpose. What is a dead end in one of the two is not in the other.
/// </summary>
internal sealed class TileSearch
{
    private const int MostRounds = 31;

    /// <summary>Of a round's work, the part that making its network anew may take where that only keeps the last one safe.</summary>
    private const int CopyPart = 4;

    private const double Hot = 0.6;
    private const double Cold = 0.05;
    private const long NoLimit = 1L << 40;

    private readonly long[] _allowedWeights;
    private readonly Func<SumNetwork, double> _cost;
    private readonly double _statePrice;

    /// <param name="allowedWeights">The greatest weight of each output.</param>
    /// <param name="cost">What the outcome shall have least of.</param>
    /// <param name="statePrice">What a bit of state of a sum costs, in adders; 0 where sums have none.</param>
    public TileSearch(long[] allowedWeights, Func<SumNetwork, double> cost, double statePrice) =>
        (_allowedWeights, _cost, _statePrice) = (allowedWeights, cost, statePrice);

    /// <param name="start">Changed in place.</param>
    /// <param name="seed">Another seed, another outcome.</param>
    /// <param name="moves">Moves over all rounds at most; none leaves it at greedy sharing.</param>
    /// <param name="work">Pairs counted over all rounds, about; a matrix whose sums are long and alike takes few moves and much work.</param>
    /// <returns>The best network that keeps the allowed weights.</returns>
    public SumNetwork Run(SumNetwork start, ulong seed, long moves, long work)
    {
        var draw = new Draw(seed);
        var network = start;
        Share(network, _allowedWeights, ref draw);
        var (best, bestCost) = (network, _cost(network));

        // Sums with states are not transposed: a round is but a copy, and a long one is as good as many short ones.
        var rounds = _statePrice == 0 || moves < MostRounds || work < MostRounds ? MostRounds : (int)Math.Min(MostRounds, work / (CopyPart * Math.Max(1, PairsOf(network))));
        for (var round = 0; round < rounds && moves >= MostRounds && work >= MostRounds; round++)
        {
            // A transposed network does not tell the states of its sums.
            var transposed = round % 2 == 1 && _statePrice == 0;
            network = network.Rebuild(transposed: round > 0 && _statePrice == 0);
            var allowed = transposed ? Unlimited(network.Outputs) : _allowedWeights;
            var sharing = Share(network, allowed, ref draw);
            var (hot, cold) = (Temperature(round, rounds), Temperature(round + 1, rounds));
            new SharingSearch(network, sharing, _statePrice).Run(ref draw, moves / rounds, work / rounds, hot, cold);
            if (!transposed && _cost(network) is var cost && cost <= bestCost)
            {
                (best, bestCost) = (network, cost);
            }
        }

        return best;
    }

    private static double Temperature(int round, int rounds) => Hot + ((Cold - Hot) * round / rounds);

    /// <summary>Pairs of terms that stand in one sum: what a copy counts.</summary>
    private static long PairsOf(SumNetwork network)
    {
        var pairs = 0L;
        for (var sum = network.Inputs; sum < network.Signals; sum++)
        {
            var terms = (long)network.Sum(sum).Length;
            pairs += terms * (terms - 1) / 2;
        }

        return pairs;
    }

    private static long[] Unlimited(int outputs)
    {
        var allowed = new long[outputs];
        Array.Fill(allowed, NoLimit);
        return allowed;
    }

    private PairSharing Share(SumNetwork network, long[] allowed, ref Draw draw)
    {
        DepthRepair.Run(network, allowed);
        var sharing = new PairSharing(network, allowed, _statePrice);
        network.Pairs.WatchAll();
        sharing.Run(ref draw);
        network.Pairs.Compact();
        return sharing;
    }
}
