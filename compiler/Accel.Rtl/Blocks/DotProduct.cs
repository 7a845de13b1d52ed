using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>Sums of many terms as balanced trees, each level one bit wider.</summary>
internal static class DotProduct
{
    public static Signed Sum(IReadOnlyList<Signed> terms)
    {
        var level = terms.ToList();
        while (level.Count > 1)
        {
            var next = new List<Signed>();
            for (var i = 0; i + 1 < level.Count; i += 2)
            {
                next.Add(level[i] + level[i + 1]);
            }

            if (level.Count % 2 != 0)
            {
                next.Add(level[^1]);
            }

            level = next;
        }

        return level[0];
    }

    /// <summary>Sum of products of the elements of two words, lane 0 lowest.</summary>
    public static Signed Of(Unsigned a, int aBits, Unsigned b, int bBits, int first, int count)
    {
        var terms = new List<Signed>();
        for (var i = first; i < first + count; i++)
        {
            terms.Add(a.Slice((aBits * (i + 1)) - 1, aBits * i).AsSigned() * b.Slice((bBits * (i + 1)) - 1, bBits * i).AsSigned());
        }

        return Sum(terms);
    }
}
