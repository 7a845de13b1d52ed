namespace Accel.Rtl.ConstantMatrix.Serial;

/// <summary>
/// A sum of one-bit terms of different weights, and of a state, as full and half adders: each column keeps one bit and hands carries to the
/// next. The lowest bit of the sum is its output, the others are the next state.
/// </summary>
/// <remarks>Column compression: C. S. Wallace, IEEE Trans. Electronic Computers EC-13, 1964; L. Dadda, Alta Frequenza 34, 1965.</remarks>
public sealed class ColumnAdder
{
    /// <summary>Bit number of nothing: the third input of a half adder.</summary>
    public const int None = -1;

    private readonly List<Cell> _cells = [];
    private readonly List<int> _sum = [];

    /// <param name="shifts">Of the terms.</param>
    /// <param name="start">The state to begin with: at most the sum over the terms of 2^shift.</param>
    public ColumnAdder(ReadOnlySpan<int> shifts, long start)
    {
        (Terms, Start) = (shifts.Length, start);
        foreach (var shift in shifts)
        {
            Reach += 1L << shift;
        }

        StateBits = Math.Max(IntegerMatrix.CeilingLog2(Reach), Start == Reach ? IntegerMatrix.CeilingLog2(Reach + 1) : 0);
        var columns = new List<Queue<int>>();
        for (var k = 0; k < shifts.Length; k++)
        {
            Column(columns, shifts[k]).Enqueue(k);
        }

        for (var k = 0; k < StateBits; k++)
        {
            Column(columns, k).Enqueue(Terms + k);
        }

        var bits = Terms + StateBits;
        for (var column = 0; column < columns.Count; column++)
        {
            var waiting = columns[column];
            while (waiting.Count > 1)
            {
                // Bits that wait longest are the earliest ones: the shortest way for the late ones.
                var (a, b) = (waiting.Dequeue(), waiting.Dequeue());
                var c = waiting.Count > 0 ? waiting.Dequeue() : None;
                _cells.Add(new(a, b, c, bits, bits + 1));
                waiting.Enqueue(bits);

                // The sum fits its bits: what would be carried out of the highest is always zero.
                if (column < StateBits)
                {
                    Column(columns, column + 1).Enqueue(bits + 1);
                }

                bits += 2;
            }

            _sum.Add(waiting.Count > 0 ? waiting.Dequeue() : None);
        }
    }

    /// <summary>Terms, which are bits 0 and up; the bits of the state follow them.</summary>
    public int Terms { get; }

    /// <summary>The sum over the terms of 2^shift.</summary>
    public long Reach { get; }

    /// <summary>The state that a vector starts with.</summary>
    public long Start { get; }

    /// <summary>Bits of the state.</summary>
    public int StateBits { get; }

    public IReadOnlyList<Cell> Cells => _cells;

    /// <summary>The bits of the sum from the lowest; <see cref="None"/> where a bit is always zero.</summary>
    public IReadOnlyList<int> Sum => _sum;

    private static Queue<int> Column(List<Queue<int>> columns, int index)
    {
        while (columns.Count <= index)
        {
            columns.Add(new());
        }

        return columns[index];
    }

    /// <summary>A full adder of three bits, or a half adder of two.</summary>
    public readonly record struct Cell(int A, int B, int C, int Sum, int Carry);
}
