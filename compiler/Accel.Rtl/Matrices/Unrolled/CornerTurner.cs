using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices.Unrolled;

/// <summary>
/// Words that come bit by bit, n of them side by side, leave word by word: a square of n x n flip-flops that is filled along its rows and
/// emptied along its columns, and the next time the other way, so that n words of n bits go through in n cycles without a gap.
/// </summary>
internal static class CornerTurner
{
    /// <summary>
    /// Ports: <c>bits</c>, bit t of every word in cycle t of a turn, the first word's lowest; <c>way</c>, constant in a turn and changed
    /// from turn to turn; <c>word</c>, in cycle l of a turn word l of the turn before.
    /// </summary>
    public static Module Build(int n)
    {
        var m = new Module($"corner_turner_{n}", $"Turns {n} bit-serial words, least significant bit first, into words one after another: filled along rows, emptied along columns, and by turns the other way.");
        var way = m.Input("way", comment: "changes behind the last cycle of a turn");
        var bits = m.Input("bits", n);
        var rows = Enumerable.Range(0, n).Select(l => m.Register($"row_{l}", n)).ToArray();

        // Upward, a vector enters at the bottom with the first word's bit at the right end, where columns leave.
        var turned = m.Wire("turned", Unsigned.Concat([.. Enumerable.Range(0, n).Select(l => bits[l])]));
        for (var l = 0; l < n; l++)
        {
            var right = n == 1 ? bits : Unsigned.Concat(rows[l].Value.Slice(n - 2, 0), bits[l]);
            rows[l].Next(way, l == n - 1 ? turned : rows[l + 1].Value).Next(right);
        }

        var row = Unsigned.Concat([.. Enumerable.Range(0, n).Select(k => rows[0].Value[k])]);
        var column = Unsigned.Concat([.. Enumerable.Range(0, n).Select(k => rows[n - 1 - k].Value[n - 1])]);
        m.Output("word", way.Select(row, column));
        return m;
    }
}
