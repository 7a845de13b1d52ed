using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices;

/// <summary>The places of the adders of some lanes: a bit each, at a shift. Products that take turns at the adders share the places of a shift.</summary>
internal sealed class LaneLayout
{
    private readonly int[][] _shifts;
    private readonly int[] _first;

    /// <param name="shifts">Of the places of each lane, ascending.</param>
    public LaneLayout(int[][] shifts)
    {
        _shifts = shifts;
        _first = new int[shifts.Length + 1];
        for (var lane = 0; lane < shifts.Length; lane++)
        {
            _first[lane + 1] = _first[lane] + shifts[lane].Length;
        }
    }

    public int Lanes => _shifts.Length;

    /// <summary>Places of all lanes.</summary>
    public int Places => _first[^1];

    /// <summary>The least layout that has room for each of some.</summary>
    public static LaneLayout Covering(IReadOnlyList<LaneLayout> layouts) => new([.. Enumerable.Range(0, layouts.Max(layout => layout.Lanes)).Select(lane =>
        layouts.SelectMany(layout => layout.Of(lane).GroupBy(shift => shift)).GroupBy(group => group.Key).OrderBy(groups => groups.Key)
            .SelectMany(groups => Enumerable.Repeat(groups.Key, groups.Max(group => group.Count()))).ToArray())]);

    /// <summary>The bits of the places, the first lane lowest, from those of products that are 0 unless it is their turn.</summary>
    /// <param name="parts">Bits in layouts that this one covers.</param>
    public Unsigned Join(IReadOnlyList<(LaneLayout Layout, Unsigned Bits)> parts)
    {
        var joined = new Unsigned?[Places];
        foreach (var (layout, bits) in parts)
        {
            for (var lane = 0; lane < layout.Lanes; lane++)
            {
                // Both ascend: a place is the next one of its shift.
                var place = _first[lane];
                for (var k = layout._first[lane]; k < layout._first[lane + 1]; k++, place++)
                {
                    while (_shifts[lane][place - _first[lane]] != layout._shifts[lane][k - layout._first[lane]])
                    {
                        place++;
                    }

                    joined[place] = joined[place] is { } others ? others | bits[k] : bits[k];
                }
            }
        }

        return joined.Length == 0 ? Unsigned.Constant(1, 0) : Unsigned.Concat([.. joined.Reverse().Select(bit => bit!.Value)]);
    }

    /// <summary>The bits of a lane's places with their shifts.</summary>
    public (int Shift, Unsigned Bit)[] Operands(int lane, Unsigned bits) => [.. Of(lane).Select((shift, k) => (shift, bits[_first[lane] + k]))];

    private int[] Of(int lane) => lane < _shifts.Length ? _shifts[lane] : [];
}
