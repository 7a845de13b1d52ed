using System.Globalization;
using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices;

/// <summary>Serial sums as logic of a module, least significant bit first.</summary>
/// <param name="m">The module.</param>
/// <param name="cells">What sums are made of; null for words.</param>
/// <param name="start">High in the cycle before the lowest bits.</param>
/// <param name="x">The bits of the first signals, which are inputs.</param>
/// <param name="signals">Inputs and sums.</param>
internal sealed class SerialSums(Module m, SerialCells? cells, Unsigned start, Unsigned x, int signals)
{
    private readonly Unsigned[] _bits = [.. Enumerable.Range(0, signals).Select(signal => signal < x.Width ? x[signal] : default)];
    private readonly Unsigned?[] _inverted = new Unsigned?[signals];

    /// <summary>The bit of a signal; of a sum, once it is built.</summary>
    public Unsigned this[int signal] => _bits[signal];

    /// <summary>Makes a signal the sum of earlier ones.</summary>
    public void Add(int signal, ReadOnlySpan<SerialTerm> terms)
    {
        var operands = new (int, Unsigned)[terms.Length];
        var first = 0L;
        for (var t = 0; t < terms.Length; t++)
        {
            operands[t] = (terms[t].Shift, Operand(terms[t]));
            first += terms[t].Negative ? 1L << terms[t].Shift : 0;
        }

        _bits[signal] = Sum(signal.ToString(CultureInfo.InvariantCulture), operands, first);
    }

    /// <summary>The bit of a term, inverted if that is negative: what it lacks is the sum's to add.</summary>
    public Unsigned Operand(SerialTerm term) =>
        term.Negative ? _inverted[term.Signal] ??= m.Wire($"not_{term.Signal}", ~_bits[term.Signal]) : _bits[term.Signal];

    /// <summary>The sum of bits at certain places, and of what was left of it the cycle before.</summary>
    /// <param name="first">What it begins with.</param>
    public Unsigned Sum(string name, IReadOnlyList<(int Shift, Unsigned Bit)> operands, long first)
    {
        // Bits of one shift are alike: in ascending order, sums of the same shape are the same module.
        var order = operands.OrderBy(operand => operand.Shift).ToArray();
        var adder = new ColumnAdder([.. order.Select(operand => operand.Shift)], first);

        // One bit, as it is: nothing to add and nothing to keep.
        return adder.StateBits == 0 ? order[0].Bit : cells is null ? Words(name, order, adder, first) : Cells(name, order, adder, first);
    }

    private Unsigned Words(string name, (int Shift, Unsigned Bit)[] operands, ColumnAdder adder, long first)
    {
        var state = m.Register($"state_{name}", adder.StateBits);
        var level = new List<Unsigned> { state };
        level.AddRange(operands.Select(operand => operand.Bit.ShiftLeft(operand.Shift)));
        while (level.Count > 1)
        {
            var next = new List<Unsigned>();
            for (var i = 0; i + 1 < level.Count; i += 2)
            {
                next.Add(level[i] + level[i + 1]);
            }

            level = level.Count % 2 == 0 ? next : [.. next, level[^1]];
        }

        var sum = m.Wire($"sum_{name}", level[0]);
        state.Next(start, first).Next(sum.ShiftRight(1).Resize(adder.StateBits));
        return sum[0];
    }

    private Unsigned Cells(string name, (int Shift, Unsigned Bit)[] operands, ColumnAdder adder, long first) =>
        m.Instance(cells!.Sum([.. operands.Select(operand => operand.Shift)], adder), $"s{name}")
            .Connect("start", start)
            .Connect("first_state", Unsigned.Constant(adder.StateBits, first))
            .Connect("x", Unsigned.Concat([.. operands.Reverse().Select(operand => operand.Bit)]))["y"];
}
