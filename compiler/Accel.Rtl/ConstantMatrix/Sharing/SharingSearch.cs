namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>
/// Improves a shared network by destroying and repairing: an intermediate is written out in its users, greedy sharing runs again on what
/// that changed, and the outcome is kept if it costs no more, or by chance a little more (simulated annealing).
/// </summary>
internal sealed class SharingSearch(SumNetwork network, PairSharing sharing)
{
    public void Run(ref Draw draw, int moves, double hot, double cold, Action? onBest = null)
    {
        network.Commit();
        network.Pairs.ClearCandidates();
        network.Pairs.Watching = true;
        network.Pairs.Compact();
        var best = network.Adders;
        for (var move = 0; move < moves; move++)
        {
            if (network.Intermediates == 0)
            {
                return;
            }

            var temperature = hot + ((cold - hot) * move / moves);
            var before = network.Adders;
            var limit = before - (temperature * Math.Log(1 - draw.Unit()));
            network.Inline(network.Intermediate(draw.Below(network.Intermediates)));
            sharing.Run(ref draw);
            if (network.Adders <= limit)
            {
                network.Commit();
                if (network.Adders < best)
                {
                    best = network.Adders;
                    onBest?.Invoke();
                }
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
