using System.Diagnostics;

namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>
/// Sums of shared sums: each output and each intermediate signal is a sum of terms, a term being an input or another intermediate times a
/// signed power of two. A sum of k terms costs k - 1 adders. Every change is an insertion or a removal of one term, is counted in
/// <see cref="Pairs"/>, and can be taken back.
/// </summary>
/// <remarks>
/// Signals are numbered: inputs, outputs, intermediates. The weight of a sum is the sum over its terms of 2^depth: a tree of two-input
/// adders of depth d exists exactly if the weight is at most 2^d (Kraft), so its depth is the logarithm of the weight, rounded up.
/// </remarks>
internal sealed partial class SumNetwork
{
    /// <summary>Deeper sums count as this deep, so that no weight overflows; a transposed network may reach it, a limited one never.</summary>
    private const int DeepestTold = 40;

    private readonly Stack<int> _free = new();
    private readonly List<int> _unsettled = [];
    private int[][] _terms;
    private int[] _length;
    private int[][] _users;
    private int[] _userCount;
    private int[] _depth;
    private long[] _weight;
    private long[] _reach;
    private int[] _live;
    private int[] _liveIndex;
    private int _signals;

    /// <param name="inputs">How many signals are inputs.</param>
    /// <param name="outputs">How many sums are outputs.</param>
    public SumNetwork(int inputs, int outputs)
    {
        (Inputs, Outputs) = (inputs, outputs);
        _signals = inputs + outputs;
        var capacity = _signals * 2;
        _terms = new int[capacity][];
        _users = new int[capacity][];
        _length = new int[capacity];
        _userCount = new int[capacity];
        _depth = new int[capacity];
        _weight = new long[capacity];
        _reach = new long[capacity];
        _live = new int[capacity];
        _liveIndex = new int[capacity];
        for (var i = 0; i < _signals; i++)
        {
            (_terms[i], _users[i]) = ([], []);
        }
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>One more than the greatest signal in use.</summary>
    public int Signals => _signals;

    /// <summary>Two-input adders of the network as it stands.</summary>
    public int Adders { get; private set; }

    /// <summary>Those of them that are the outputs' own.</summary>
    public int OutputAdders { get; private set; }

    /// <summary>
    /// Bits that the sums keep from one cycle to the next where they are computed bit by bit: of each the logarithm of its reach, the sum
    /// over its terms of 2^shift.
    /// </summary>
    public int StateBits { get; private set; }

    /// <summary>Those of them that are the outputs'.</summary>
    public int OutputStateBits { get; private set; }

    /// <summary>Intermediate signals in use.</summary>
    public int Intermediates { get; private set; }

    /// <summary>Pairs counted, and terms looked through, so far: what changes have cost, in a unit that no machine changes.</summary>
    public long Work { get; set; }

    /// <summary>Counts of term pairs over all sums.</summary>
    public PairCounts Pairs { get; } = new();

    /// <summary>Signals whose sum or whose users changed, in order of the change; the reader empties it.</summary>
    public List<int> Touched { get; } = [];

    public ReadOnlySpan<int> Sum(int signal) => _terms[signal].AsSpan(0, _length[signal]);

    /// <summary>The sums that a signal stands in, once for each term.</summary>
    public ReadOnlySpan<int> Users(int signal) => _users[signal].AsSpan(0, _userCount[signal]);

    public int Depth(int signal) => _depth[signal];

    public long Weight(int signal) => _weight[signal];

    /// <summary>Bits of state of one sum; see <see cref="StateBits"/>.</summary>
    public int StateBitsOf(int signal) => IntegerMatrix.CeilingLog2(_reach[signal]);

    public bool IsOutput(int signal) => signal >= Inputs && signal < Inputs + Outputs;

    public bool IsIntermediate(int signal) => signal >= Inputs + Outputs;

    /// <summary>Whether an intermediate is in use.</summary>
    public bool IsLive(int signal) => IsIntermediate(signal) && _liveIndex[signal] < Intermediates && _live[_liveIndex[signal]] == signal;

    /// <summary>The intermediate in place <paramref name="index"/> of an order that changes with every change.</summary>
    public int Intermediate(int index) => _live[index];

    /// <summary>Adds a term as it is.</summary>
    public void Insert(int sum, Term term)
    {
        Put(sum, term);
        _journal.Add(new(ChangeKind.Insert, sum, term));
        Touched.Add(sum);
        Touched.Add(term.Signal);
    }

    /// <summary>Takes a term out that stands in the sum.</summary>
    public void Remove(int sum, Term term)
    {
        Take(sum, term);
        _journal.Add(new(ChangeKind.Remove, sum, term));
        Touched.Add(sum);
        Touched.Add(term.Signal);
    }

    /// <summary>Adds a term and keeps the signal's digits in that sum distinct and fewest: equal ones carry, opposite ones cancel.</summary>
    public void Add(int sum, Term term)
    {
        var sameSignal = 0;
        foreach (var packed in Sum(sum))
        {
            var other = new Term(packed);
            if (other.Signal != term.Signal)
            {
                continue;
            }

            sameSignal++;
            if (other.Shift == term.Shift)
            {
                Remove(sum, other);
                if (other.Negative == term.Negative)
                {
                    Add(sum, term.Scaled(1, false));
                }

                return;
            }
        }

        Insert(sum, term);
        if (sameSignal > 0)
        {
            Shorten(sum, term.Signal, sameSignal + 1);
        }
    }

    /// <summary>Puts the sum of <paramref name="signal"/> in the place of each term that uses it, and frees it.</summary>
    public void Inline(int signal)
    {
        while (_userCount[signal] > 0)
        {
            InlineUse(_users[signal][_userCount[signal] - 1], signal);
        }

        while (_length[signal] > 0)
        {
            Remove(signal, new(_terms[signal][_length[signal] - 1]));
        }

        Free(signal);
    }

    /// <summary>Puts the sum of <paramref name="signal"/> in the place of one term of <paramref name="sum"/> that uses it.</summary>
    public void InlineUse(int sum, int signal)
    {
        var use = default(Term);
        foreach (var packed in Sum(sum))
        {
            if (packed >> 7 == signal)
            {
                use = new(packed);
            }
        }

        Remove(sum, use);
        for (var i = 0; i < _length[signal]; i++)
        {
            Add(sum, new Term(_terms[signal][i]).Scaled(use.Shift, use.Negative));
        }
    }

    /// <summary>Brings depths up to date after changes.</summary>
    public void Settle()
    {
        while (_unsettled.Count > 0)
        {
            var sum = _unsettled[^1];
            _unsettled.RemoveAt(_unsettled.Count - 1);
            var depth = Math.Min(DeepestTold, IntegerMatrix.CeilingLog2(_weight[sum]));
            var before = _depth[sum];
            if (depth == before)
            {
                continue;
            }

            _depth[sum] = depth;
            var change = (1L << depth) - (1L << before);
            foreach (var user in Users(sum))
            {
                _weight[user] += change;
                _unsettled.Add(user);
            }
        }
    }

    /// <summary>
    /// The network of the transposed matrix, or a copy: a term of signal s in sum r becomes a term of r in s, inputs and outputs change
    /// places. The adders differ by outputs less inputs only, but other pairs of terms stand side by side.
    /// </summary>
    /// <remarks>Transposition: J. L. Bordewijk, Inter-reciprocity applied to electrical networks, Appl. Sci. Res. B6, 1956.</remarks>
    public SumNetwork Rebuild(bool transposed)
    {
        var target = transposed ? new SumNetwork(Outputs, Inputs) : new SumNetwork(Inputs, Outputs);
        var map = new int[_signals];
        for (var i = 0; i < Inputs + Outputs; i++)
        {
            map[i] = !transposed ? i : i < Inputs ? i + Outputs : i - Inputs;
        }

        for (var i = 0; i < Intermediates; i++)
        {
            map[_live[i]] = target.Allocate();
        }

        for (var sum = Inputs; sum < _signals; sum++)
        {
            foreach (var packed in Sum(sum))
            {
                var term = new Term(packed);
                var (to, of) = transposed ? (term.Signal, sum) : (sum, term.Signal);
                target.Put(map[to], new(map[of], term.Shift, term.Negative));
            }
        }

        target.Settle();
        target.Commit();
        return target;
    }

    private void Shorten(int sum, int signal, int digits)
    {
        Span<Term> present = stackalloc Term[Term.MaxShift + 1];
        var count = 0;
        Int128 coefficient = 0;
        foreach (var packed in Sum(sum))
        {
            var term = new Term(packed);
            if (term.Signal == signal)
            {
                present[count++] = term;
                coefficient += term.Negative ? -(Int128.One << term.Shift) : Int128.One << term.Shift;
            }
        }

        Debug.Assert(count == digits, "digits miscounted");
        if (SignedDigits.Count((long)coefficient) >= digits)
        {
            return;
        }

        foreach (var term in present[..count])
        {
            Remove(sum, term);
        }

        Span<SignedDigit> canonical = stackalloc SignedDigit[Term.MaxShift + 1];
        foreach (var digit in canonical[..SignedDigits.Write((long)coefficient, canonical)])
        {
            Insert(sum, new(signal, digit.Shift, digit.Negative));
        }
    }

    private void Put(int sum, Term term)
    {
        var length = _length[sum];
        Work += length;
        Reach(sum, 1L << Math.Min(term.Shift, DeepestTold));
        foreach (var other in _terms[sum].AsSpan(0, length))
        {
            Pairs.Increment(PairKey.Of(new(other), term));
        }

        Append(ref _terms[sum], ref _length[sum], term.Packed);
        Append(ref _users[term.Signal], ref _userCount[term.Signal], sum);
        CountAdders(sum, length > 0 ? 1 : 0);
        _weight[sum] += 1L << _depth[term.Signal];
        _unsettled.Add(sum);
    }

    private void Take(int sum, Term term)
    {
        Drop(_terms[sum], ref _length[sum], term.Packed);
        Drop(_users[term.Signal], ref _userCount[term.Signal], sum);
        foreach (var other in Sum(sum))
        {
            Pairs.Decrement(PairKey.Of(new(other), term));
        }

        Work += _length[sum];
        Reach(sum, -(1L << Math.Min(term.Shift, DeepestTold)));
        CountAdders(sum, _length[sum] > 0 ? -1 : 0);
        _weight[sum] -= 1L << _depth[term.Signal];
        _unsettled.Add(sum);
    }

    private void CountAdders(int sum, int change)
    {
        Adders += change;
        OutputAdders += IsOutput(sum) ? change : 0;
    }

    private void Reach(int sum, long change)
    {
        var bits = IntegerMatrix.CeilingLog2(_reach[sum] + change) - IntegerMatrix.CeilingLog2(_reach[sum]);
        StateBits += bits;
        OutputStateBits += IsOutput(sum) ? bits : 0;
        _reach[sum] += change;
    }

    private static void Append(ref int[] array, ref int length, int value)
    {
        if (length == array.Length)
        {
            Array.Resize(ref array, Math.Max(4, length * 2));
        }

        array[length++] = value;
    }

    private static void Drop(int[] array, ref int length, int value)
    {
        var last = --length;
        for (var i = last; i >= 0; i--)
        {
            if (array[i] == value)
            {
                array[i] = array[last];
                return;
            }
        }

        throw new UnreachableException("a term that does not stand in the sum was taken out");
    }
}
