using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Tests.ConstantMatrix;

public sealed class TurnPlanTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 12)]
    [InlineData(3, 150)]
    public void Every_turn_finds_each_of_its_terms_once_and_places_are_as_many_as_the_longest_turn_has(int seed, int count)
    {
        var random = new Random(seed);
        var turns = Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 200).Select(k => new SerialTerm(k % 50, k / 50 % 2, k / 100 == 1)).Where(_ => random.Next(10) == 0).ToArray()).ToArray();
        turns[count / 2] = [];

        var slots = new TurnPlan(turns).Slots;

        for (var turn = 0; turn < count; turn++)
        {
            Assert.Equal(turns[turn].Order(ByTerm), slots.Select(slot => slot.Terms[turn]).OfType<SerialTerm>().Order(ByTerm));
        }

        Assert.All(slots, slot => Assert.All(slot.Terms.OfType<SerialTerm>(), term => Assert.Equal(slot.Shift, term.Shift)));
        foreach (var shift in new[] { 0, 1 })
        {
            Assert.Equal(turns.Max(terms => terms.Count(term => term.Shift == shift)), slots.Count(slot => slot.Shift == shift));
        }
    }

    [Fact]
    public void A_term_of_all_turns_keeps_its_place()
    {
        SerialTerm a = new(0, 0, false), b = new(1, 0, false), c = new(2, 0, true);

        var slots = new TurnPlan([[b, a], [a, c], [a]]).Slots;

        Assert.Equal(2, slots.Count);
        Assert.Contains(slots, slot => slot.Terms.All(term => term == a));
        Assert.Contains(slots, slot => slot.Terms.SequenceEqual([b, c, null]));
    }

    [Fact]
    public void A_layout_covers_others_with_as_few_places_of_each_shift_as_do()
    {
        var layout = LaneLayout.Covering([new([[0, 0, 1], [2]]), new([[0, 1, 1], [], [3]])]);

        // Lane 0: two of shift 0, two of shift 1; lane 1: one of shift 2; lane 2: one of shift 3.
        Assert.Equal((3, 6), (layout.Lanes, layout.Places));
    }

    private static Comparer<SerialTerm> ByTerm { get; } = Comparer<SerialTerm>.Create((x, y) => (x.Signal, x.Shift, x.Negative).CompareTo((y.Signal, y.Shift, y.Negative)));
}
