namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>
/// Improves a shared network by destroying and repairing: an intermediate is written out, in all its users or in one, greedy sharing runs
/// again on what that changed, and the outcome is kept if it costs no more, or by chance a little more.
/// </summary>
/// <remarks>
/// Simulated annealing: S. Kirkpatrick, C. D. Gelatt, M. P. Vecchi, Science 220, 1983; destroy and repair: P. Shaw, Using Constraint
/// Programming and Local Search Methods to Solve Vehicle Routing Problems, CP 1998.
/// </remarks>
internal sealed class SharingSearch(SumNetwork network, PairSharing sharing, SumPrices prices)
{
    private double Cost => prices.Of(network);

    /// <param name="draw">Where chance comes from.</param>
    /// <param name="moves">How often to destroy and repair, at most.</param>
    /// <param name="work">How many pairs to count, about.</param>
    /// <param name="hot">Temperature of the first move, in adders: a rise by this many is kept with probability 1/e.</param>
    /// <param name="cold">Temperature after the last move.</param>
    public void Run(ref Draw draw, long moves, long work, double hot, double cold)
    {
        network.Commit();
        network.Pairs.ClearCandidates();
        network.Pairs.Watching = true;
        var start = network.Work;
        for (var move = 0L; network.Intermediates > 0; move++)
        {
            var progress = Math.Max((double)move / moves, (double)(network.Work - start) / work);
            if (progress >= 1)
            {
                return;
            }

            var temperature = hot + ((cold - hot) * progress);
            var limit = Cost - (temperature * Math.Log(1 - draw.Unit()));
            var signal = network.Intermediate(draw.Below(network.Intermediates));
            if (draw.Below(2) == 0)
            {
                network.Inline(signal);
            }
            else
            {
                var users = network.Users(signal);
                network.InlineUse(users[draw.Below(users.Length)], signal);
            }

            sharing.Run(ref draw);
            if (Cost <= limit)
            {
                network.Commit();
            }
            else
            {
                network.Pairs.Watching = false;
                network.Rollback();
                network.Pairs.Watching = true;
            }
        }
    }
}
