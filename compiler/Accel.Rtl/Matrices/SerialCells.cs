using System.Globalization;
using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices;

/// <summary>
/// The modules that serial sums are made of, each made once: adders, which synthesis replaces by cells of a process, and the sums of each
/// shape, whatever they add. One library per design.
/// </summary>
internal sealed class SerialCells
{
    private readonly SortedDictionary<string, Module> _sums = new(StringComparer.Ordinal);
    private readonly Module _fullAdder = new("full_adder", "Adds three bits.");
    private readonly Module _halfAdder = new("half_adder", "Adds two bits.");

    public SerialCells()
    {
        var (a, b, c) = (_fullAdder.Input("a"), _fullAdder.Input("b"), _fullAdder.Input("c"));
        _fullAdder.Output("sum", a ^ b ^ c);
        _fullAdder.Output("carry", (a & b) | (c & (a ^ b)));
        var (d, e) = (_halfAdder.Input("a"), _halfAdder.Input("b"));
        _halfAdder.Output("sum", d ^ e);
        _halfAdder.Output("carry", d & e);
    }

    /// <summary>
    /// The sum of terms of certain shifts. Ports: <c>start</c>, high in the cycle before the lowest bits; <c>first_state</c>, the state to
    /// start with; <c>x</c>, a bit of each term; <c>y</c>, the bit of the sum.
    /// </summary>
    /// <param name="shifts">Of the terms, in ascending order.</param>
    /// <param name="adder">Their adder.</param>
    public Module Sum(IReadOnlyList<int> shifts, ColumnAdder adder)
    {
        var counts = Enumerable.Range(0, shifts[^1] + 1).Select(place => shifts.Count(shift => shift == place).ToString(CultureInfo.InvariantCulture));
        var name = string.Create(CultureInfo.InvariantCulture, $"serial_sum_{string.Join('_', counts)}_s{adder.StateBits}");
        if (!_sums.TryGetValue(name, out var module))
        {
            _sums.Add(name, module = Build(name, shifts, adder));
        }

        return module;
    }

    private Module Build(string name, IReadOnlyList<int> shifts, ColumnAdder adder)
    {
        var m = new Module(name, $"Serial sum of {shifts.Count} bits at places {string.Join(", ", shifts)} and a state: gives the lowest bit, keeps the rest.") { IsInline = true };
        var start = m.Input("start");
        var firstState = m.Input("first_state", adder.StateBits);
        var x = m.Input("x", shifts.Count);
        var state = m.Register("state", adder.StateBits);
        var bits = new List<Unsigned>();
        for (var k = 0; k < shifts.Count + adder.StateBits; k++)
        {
            bits.Add(k < shifts.Count ? x[k] : state.Value[k - shifts.Count]);
        }

        for (var k = 0; k < adder.Cells.Count; k++)
        {
            var cell = adder.Cells[k];
            var isFull = cell.C != ColumnAdder.None;
            var instance = m.Instance(isFull ? _fullAdder : _halfAdder, $"u_{k}").Connect("a", bits[cell.A]).Connect("b", bits[cell.B]);
            instance = isFull ? instance.Connect("c", bits[cell.C]) : instance;
            bits.Add(instance["sum"]);
            bits.Add(instance["carry"]);
        }

        var next = new Unsigned[adder.StateBits];
        for (var k = 0; k < next.Length; k++)
        {
            var bit = k + 1 < adder.Sum.Count ? adder.Sum[k + 1] : ColumnAdder.None;
            next[next.Length - 1 - k] = bit == ColumnAdder.None ? Unsigned.Constant(1, 0) : bits[bit];
        }

        state.Next(start, firstState).Next(Unsigned.Concat(next));
        m.Output("y", adder.Sum[0] == ColumnAdder.None ? Unsigned.Constant(1, 0) : bits[adder.Sum[0]]);
        return m;
    }
}
