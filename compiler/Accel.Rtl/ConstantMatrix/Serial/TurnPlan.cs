using System.Numerics;

namespace Accel.Rtl.ConstantMatrix.Serial;

/// <summary>A place of an adder that sums take turns at.</summary>
/// <param name="Shift">Of all terms that stand there.</param>
/// <param name="Terms">By turn; null where a turn has none.</param>
public sealed record TurnSlot(int Shift, IReadOnlyList<SerialTerm?> Terms);

/// <summary>
/// Sums that take turns at one adder: which term of each stands in which of its places. There are as many places of a shift as the sum has terms that has most;
/// a term that stands in several sums keeps its place where it can, so that less is chosen from.
/// </summary>
public sealed class TurnPlan
{
    private readonly List<TurnSlot> _slots = [];

    /// <param name="turns">The terms of each sum; empty where a turn has none.</param>
    public TurnPlan(IReadOnlyList<SerialTerm[]> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        var shifts = turns.SelectMany(terms => terms).GroupBy(term => term.Shift).OrderBy(group => group.Key).Select(group => group.Key);
        foreach (var shift in shifts)
        {
            Place(turns, shift);
        }
    }

    /// <summary>In ascending order of shifts.</summary>
    public IReadOnlyList<TurnSlot> Slots => _slots;

    private void Place(IReadOnlyList<SerialTerm[]> turns, int shift)
    {
        var inTurns = new SortedDictionary<(int Signal, bool Negative), BigInteger>();
        var slots = new SerialTerm?[turns.Max(terms => terms.Count(term => term.Shift == shift))][];
        for (var turn = 0; turn < turns.Count; turn++)
        {
            foreach (var term in turns[turn].Where(term => term.Shift == shift))
            {
                inTurns[(term.Signal, term.Negative)] = inTurns.GetValueOrDefault((term.Signal, term.Negative)) | (BigInteger.One << turn);
            }
        }

        var used = new BigInteger[slots.Length];
        for (var slot = 0; slot < slots.Length; slot++)
        {
            slots[slot] = new SerialTerm?[turns.Count];
        }

        // Whole terms first, those of most turns before others; what finds no place for all its turns is split between places.
        foreach (var ((signal, negative), mask) in inTurns.OrderByDescending(pair => BigInteger.PopCount(pair.Value)))
        {
            var slot = Array.FindIndex(used, taken => (taken & mask).IsZero);
            if (slot >= 0)
            {
                Put(slot, new(signal, shift, negative), mask);
                inTurns.Remove((signal, negative));
            }
        }

        foreach (var ((signal, negative), mask) in inTurns)
        {
            for (var rest = mask; !rest.IsZero; rest &= rest - 1)
            {
                var turn = rest & -rest;
                Put(Array.FindIndex(used, taken => (taken & turn).IsZero), new(signal, shift, negative), turn);
            }
        }

        _slots.AddRange(slots.Select(terms => new TurnSlot(shift, terms)));

        void Put(int slot, SerialTerm term, BigInteger mask)
        {
            used[slot] |= mask;
            for (var rest = mask; !rest.IsZero; rest &= rest - 1)
            {
                slots[slot][(int)BigInteger.TrailingZeroCount(rest)] = term;
            }
        }
    }
}
