namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>
/// Common subexpression elimination of two terms: as long as a pair stands in two sums or more, the most frequent pair becomes a signal of
/// its own. No output grows heavier than allowed, no intermediate grows deeper than it is.
/// </summary>
/// <param name="network">What is changed in place.</param>
/// <param name="allowedWeights">The greatest weight of each output, <c>2^depth</c> for a depth of its own.</param>
/// <param name="prices">Of terms and states; a signal that saves no more than it costs is not shared.</param>
/// <remarks>Greedy selection by frequency: C. Paar, Optimized Arithmetic for Reed-Solomon Encoders, ISIT 1997; on signed digits: R. Hartley, TCAS-II 43(10), 1996.</remarks>
internal sealed class PairSharing(SumNetwork network, long[] allowedWeights, SumPrices prices)
{
    private readonly List<Match> _matches = [];
    private readonly List<int> _sums = [];

    /// <summary>Shares until no pair is left that saves an adder.</summary>
    public void Run(ref Draw draw)
    {
        // Signals that are not worth their state go once: sharing may leave others behind, but each of its steps takes adders away, so it ends.
        Tidy(byPrice: true);
        do
        {
            network.Settle();
            while (network.Pairs.TryDraw(ref draw, out var key, out var promised))
            {
                // Most pairs that are not worth a signal are told by their count, before they are looked for.
                var price = prices.State == 0 ? 0 : prices.State * IntegerMatrix.CeilingLog2(1 + (1L << Math.Min(40, Math.Abs(key.RelativeShift))));
                if (!MayPay(key, promised, price))
                {
                    continue;
                }

                Find(key);
                if (_matches.Count < promised)
                {
                    network.Pairs.Demote(key, _matches.Count);
                    continue;
                }

                if (Saved() - 1 <= price && !_matches.Exists(match => match.Exact))
                {
                    continue;
                }

                Extract(key);
                network.Settle();
            }
        }
        while (Tidy(byPrice: false));
    }

    /// <summary>Removes signals that save no more than their state costs: unused ones, those of one user and those of one term in any case.</summary>
    private bool Tidy(bool byPrice)
    {
        var changed = false;
        var touched = network.Touched;
        for (var i = 0; i < touched.Count; i++)
        {
            var signal = touched[i];
            var (users, terms) = (network.Users(signal).Length, network.Sum(signal).Length);
            if (network.IsLive(signal) && (users <= 1 || terms <= 1 || (byPrice && IsDear(signal, terms))))
            {
                network.Inline(signal);
                changed = true;
            }
        }

        touched.Clear();
        return changed;
    }

    /// <summary>Whether a signal costs no less than the terms that it saves its users.</summary>
    private bool IsDear(int signal, int terms)
    {
        if (prices.State == 0 && prices.OutputTerm == 1)
        {
            return false;
        }

        var saved = 0.0;
        foreach (var user in network.Users(signal))
        {
            saved += prices.Term(network.IsOutput(user));
        }

        return (saved - 1) * (terms - 1) <= prices.State * network.StateBitsOf(signal);
    }

    /// <summary>What the matches are worth: a term each.</summary>
    private double Saved()
    {
        var saved = 0.0;
        foreach (var match in _matches)
        {
            saved += prices.Term(network.IsOutput(match.Sum));
        }

        return saved;
    }

    /// <summary>
    /// Whether a pair can be worth more than its price: its places in intermediates are counted, which are few and short; the others are outputs'. Or an
    /// intermediate is the pair, and costs nothing more.
    /// </summary>
    private bool MayPay(PairKey key, int promised, double price)
    {
        if ((promised * prices.OutputTerm) - 1 > price)
        {
            return true;
        }

        var first = network.Users(key.First);
        var second = network.Users(key.Second);
        network.Work += Math.Min(first.Length, second.Length);
        var inIntermediates = 0;
        foreach (var sum in first.Length <= second.Length ? first : second)
        {
            if (network.IsIntermediate(sum) && PlacesIn(network.Sum(sum), key) is var places and > 0)
            {
                if (network.Sum(sum).Length == 2)
                {
                    return true;
                }

                inIntermediates += places;
            }
        }

        inIntermediates = Math.Min(inIntermediates, promised);
        return inIntermediates + ((promised - inIntermediates) * prices.OutputTerm) - 1 > price;
    }

    /// <summary>How often a pair stands in a sum, places that share a term included.</summary>
    private static int PlacesIn(ReadOnlySpan<int> terms, PairKey key)
    {
        var places = 0;
        foreach (var packed in terms)
        {
            var a = new Term(packed);
            if (a.Signal == key.First && a.Shift + key.RelativeShift is >= 0 and <= Term.MaxShift &&
                terms.Contains(new Term(key.Second, a.Shift + key.RelativeShift, a.Negative ^ key.OppositeSigns).Packed))
            {
                places++;
            }
        }

        return places;
    }

    /// <summary>The places where the pair stands and may be replaced, no term twice.</summary>
    private void Find(PairKey key)
    {
        _matches.Clear();
        _sums.Clear();
        var (first, second) = (key.First, key.Second);
        var users = network.Users(network.Users(first).Length <= network.Users(second).Length ? first : second);
        _sums.AddRange(users);
        _sums.Sort();
        var (depthA, depthB) = (network.Depth(first), network.Depth(second));
        var growth = (2L << Math.Max(depthA, depthB)) - (1L << depthA) - (1L << depthB);
        var before = -1;
        foreach (var sum in _sums)
        {
            if (sum == before)
            {
                continue;
            }

            before = sum;
            var terms = network.Sum(sum);
            network.Work += terms.Length;
            var exact = terms.Length == 2 && network.IsIntermediate(sum);
            var room = exact ? long.MaxValue : (network.IsOutput(sum) ? allowedWeights[sum - network.Inputs] : 1L << network.Depth(sum)) - network.Weight(sum);
            var start = _matches.Count;
            foreach (var packed in terms)
            {
                var a = new Term(packed);
                if (a.Signal != first || a.Shift + key.RelativeShift is < 0 or > Term.MaxShift)
                {
                    continue;
                }

                var b = new Term(second, a.Shift + key.RelativeShift, a.Negative ^ key.OppositeSigns);
                if (!terms.Contains(b.Packed) || (first == second && Overlaps(start, a, b)))
                {
                    continue;
                }

                if (growth > room)
                {
                    break;
                }

                room -= growth;
                _matches.Add(new(sum, a, b, exact));
            }
        }
    }

    private bool Overlaps(int start, Term a, Term b)
    {
        for (var i = start; i < _matches.Count; i++)
        {
            if (_matches[i].A == a || _matches[i].A == b || _matches[i].B == a || _matches[i].B == b)
            {
                return true;
            }
        }

        return false;
    }

    private void Extract(PairKey key)
    {
        var low = Math.Max(0, -key.RelativeShift);
        var shared = -1;
        var flipped = false;
        foreach (var match in _matches)
        {
            if (match.Exact && match.A.Shift == low)
            {
                (shared, flipped) = (match.Sum, match.A.Negative);
                break;
            }
        }

        var existing = shared;
        if (shared < 0)
        {
            shared = network.Allocate();
            network.Insert(shared, new(key.First, low, false));
            network.Insert(shared, new(key.Second, low + key.RelativeShift, key.OppositeSigns));
            network.Settle();
        }

        foreach (var match in _matches)
        {
            if (match.Sum != existing)
            {
                network.Remove(match.Sum, match.A);
                network.Remove(match.Sum, match.B);
                network.Add(match.Sum, new(shared, match.A.Shift - low, match.A.Negative ^ flipped));
            }
        }
    }

    private readonly record struct Match(int Sum, Term A, Term B, bool Exact);
}
