namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>One addend of a sum: a signal times a signed power of two, in one integer.</summary>
internal readonly record struct Term(int Packed)
{
    /// <summary>Signals that can be told apart.</summary>
    public const int MaxSignals = 1 << 20;

    /// <summary>The greatest shift.</summary>
    public const int MaxShift = 63;

    public Term(int signal, int shift, bool negative)
        : this((signal << 7) | (shift << 1) | (negative ? 1 : 0))
    {
    }

    public int Signal => Packed >> 7;

    public int Shift => (Packed >> 1) & MaxShift;

    public bool Negative => (Packed & 1) != 0;

    /// <summary>The same signal, shifted further by <paramref name="shift"/> and negated if <paramref name="negate"/>.</summary>
    public Term Scaled(int shift, bool negate) => new((Packed + (shift << 1)) ^ (negate ? 1 : 0));
}

/// <summary>
/// What two terms have in common wherever they stand together: both signals, the shift of the second relative to the first and whether
/// their signs differ. The first is the one of the lower signal, then of the lower shift.
/// </summary>
internal readonly record struct PairKey(ulong Packed)
{
    /// <summary>The key of two different terms: 48 bits, never zero.</summary>
    public static PairKey Of(Term a, Term b)
    {
        if (a.Packed >> 1 > b.Packed >> 1)
        {
            (a, b) = (b, a);
        }

        var relative = b.Shift - a.Shift + 64;
        return new(((ulong)(uint)a.Signal << 28) | ((ulong)(uint)b.Signal << 8) | ((ulong)(uint)relative << 1) | (uint)((a.Packed ^ b.Packed) & 1));
    }

    public int First => (int)(Packed >> 28);

    public int Second => (int)(Packed >> 8) & (Term.MaxSignals - 1);

    /// <summary>Shift of the second term less that of the first.</summary>
    public int RelativeShift => ((int)(Packed >> 1) & 0x7F) - 64;

    public bool OppositeSigns => (Packed & 1) != 0;
}
