namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>What the sums of a network cost, in adders: what a search takes for better or worse.</summary>
/// <param name="State">A bit of state of an intermediate; 0 where sums keep none.</param>
/// <param name="OutputTerm">A term of an output's sum; one of an intermediate's takes an adder.</param>
/// <param name="OutputState">A bit of state of an output.</param>
internal readonly record struct SumPrices(double State, double OutputTerm, double OutputState)
{
    /// <summary>Adders and nothing else.</summary>
    public static SumPrices Adders { get; } = new(0, 1, 0);

    /// <summary>Whether a sum keeps bits: then a network and its transpose are no equals.</summary>
    public bool HasState => State > 0 || OutputState > 0 || OutputTerm != 1;

    /// <summary>A term more in a sum.</summary>
    public double Term(bool isOutput) => isOutput ? OutputTerm : 1;

    public double Of(SumNetwork network) =>
        network.Adders - ((1 - OutputTerm) * network.OutputAdders) + (State * (network.StateBits - network.OutputStateBits)) + (OutputState * network.OutputStateBits);
}
