namespace Accel.Rtl.ConstantMatrix.Serial;

/// <summary>An addend of a serial sum: a signal, so many places to the left, perhaps negated.</summary>
/// <param name="Signal">An input, or a sum that stands before this one.</param>
/// <param name="Shift">Places to the left: cycles that the signal comes later.</param>
/// <param name="Negative">Whether it is subtracted: its bits are inverted, and the sum starts one higher.</param>
public readonly record struct SerialTerm(int Signal, int Shift, bool Negative);

/// <summary>
/// A matrix-vector product for bits that come least significant first, one per cycle: sums of any number of terms, of which some are the
/// outputs. A sum of k terms adds k bits and its state each cycle, gives the lowest bit and keeps the rest: k - 1 full adders, but only as
/// many flip-flops as its state has bits.
/// </summary>
public sealed class SerialGraph
{
    private readonly SerialTerm[][] _sums;
    private readonly int[] _outputs;

    /// <param name="inputs">Entries of the vector.</param>
    /// <param name="sums">Sum k is signal <c>inputs + k</c>; owned by the graph from here on.</param>
    /// <param name="outputs">The signal of each entry of the product, or -1 if it is always zero; owned by the graph from here on.</param>
    /// <exception cref="ArgumentException">A sum reads a signal that does not stand before it, or an output one that does not exist.</exception>
    public SerialGraph(int inputs, SerialTerm[][] sums, int[] outputs)
    {
        ArgumentNullException.ThrowIfNull(sums);
        ArgumentNullException.ThrowIfNull(outputs);
        (Inputs, _sums, _outputs) = (inputs, sums, outputs);
        for (var k = 0; k < sums.Length; k++)
        {
            if (sums[k].Length == 0 || sums[k].Any(term => (uint)term.Signal >= (uint)(inputs + k) || term.Shift is < 0 or > 63))
            {
                throw new ArgumentException($"sum {inputs + k} is no sum of earlier signals", nameof(sums));
            }
        }

        if (outputs.Any(signal => signal < -1 || signal >= Signals))
        {
            throw new ArgumentException("an output has no signal", nameof(outputs));
        }
    }

    public int Inputs { get; }

    /// <summary>Inputs and sums together.</summary>
    public int Signals => Inputs + _sums.Length;

    public int Sums => _sums.Length;

    public ReadOnlySpan<int> Outputs => _outputs;

    /// <summary>The terms of sum <paramref name="index"/>, which is signal <c>Inputs + index</c>.</summary>
    public ReadOnlySpan<SerialTerm> Sum(int index) => _sums[index];

    /// <summary>Terms beyond the first of each sum, over all sums.</summary>
    public int Adders => _sums.Sum(terms => terms.Length - 1);
}
