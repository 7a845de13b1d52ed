namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>Flattens outputs that are deeper than allowed: intermediates are written out in them until the weight fits.</summary>
/// <remarks>Ends at the latest with inputs alone, whose digits are the fewest there are.</remarks>
internal static class DepthRepair
{
    /// <returns>Whether anything had to change.</returns>
    public static bool Run(SumNetwork network, long[] allowedWeights)
    {
        var changed = false;
        for (var j = 0; j < network.Outputs; j++)
        {
            var output = network.Inputs + j;
            network.Settle();
            while (network.Weight(output) > allowedWeights[j] && Heaviest(network, output) is var signal and >= 0)
            {
                network.InlineUse(output, signal);
                network.Settle();
                changed = true;
            }
        }

        return changed;
    }

    /// <summary>The intermediate in the sum whose writing out takes most weight away; the deepest one of those; -1 if there is none.</summary>
    private static int Heaviest(SumNetwork network, int output)
    {
        var (best, bestGain, bestDepth) = (-1, -1L, -1);
        foreach (var packed in network.Sum(output))
        {
            var signal = new Term(packed).Signal;
            var depth = network.Depth(signal);
            var gain = (1L << depth) - network.Weight(signal);
            if (network.IsIntermediate(signal) && (gain, depth).CompareTo((bestGain, bestDepth)) > 0)
            {
                (best, bestGain, bestDepth) = (signal, gain, depth);
            }
        }

        return best;
    }
}
