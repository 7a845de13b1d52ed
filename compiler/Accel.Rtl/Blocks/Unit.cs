using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>A constant of a unit that differs between its steps; the sequencer gives it at the port <c>cfg_NAME</c>.</summary>
/// <param name="Values">Per step of the unit, in order.</param>
internal sealed record UnitField(string Name, int Width, bool IsSigned, IReadOnlyList<long> Values);

/// <summary>
/// A block that performs steps of one kind. Ports: <c>start</c> is high for a cycle, <c>done</c> for the last cycle of the step;
/// outputs are 0 while the unit is idle, so that the chip can join them by OR.
/// </summary>
/// <param name="Name">The module's name.</param>
/// <param name="Fields">What differs between its steps.</param>
/// <param name="Cycles">Cycles from start to done, both counted, by step of the unit and position.</param>
internal sealed record Unit(string Name, Module Module, IReadOnlyList<UnitField> Fields, Func<int, long, long> Cycles);

/// <summary>Widths that all units share.</summary>
/// <param name="LaneAddressWidth">Of the lane buffer.</param>
/// <param name="CodeAddressWidth">Of the code buffer, in words.</param>
/// <param name="Lanes">Codes of a word.</param>
/// <param name="CodeBits">Bits of a code in the buffer: 8 or 16.</param>
/// <param name="PositionWidth">Bits of a position.</param>
internal sealed record MachineShape(int LaneAddressWidth, int CodeAddressWidth, int Lanes, int CodeBits, int PositionWidth)
{
    /// <summary>Bits of a lane.</summary>
    public const int LaneWidth = 32;

    public int CodeWordWidth => Lanes * CodeBits;
}

/// <summary>Makes a unit: the module, its start and done, and its fields.</summary>
internal sealed class UnitBuilder
{
    private readonly List<UnitField> _fields = [];
    private readonly int _steps;

    public UnitBuilder(string name, string summary, int steps)
    {
        Module = new Module(name, summary);
        Start = Module.Input("start", comment: "high for one cycle");
        _steps = steps;
    }

    public Module Module { get; }

    public Unsigned Start { get; }

    /// <summary>A constant per step: a literal if all agree, else a port.</summary>
    public Unsigned Field(string name, IEnumerable<long> values)
    {
        var all = Checked(values);
        var width = Bits.Of(all.Max());
        if (all.Distinct().Count() == 1)
        {
            return Unsigned.Constant(width, all[0]);
        }

        _fields.Add(new(name, width, false, all));
        return Module.Input($"cfg_{name}", width);
    }

    /// <summary>The same in a given width.</summary>
    public Unsigned Field(string name, int width, IEnumerable<long> values) => Field(name, values).Extend(width);

    /// <inheritdoc cref="Field(string, IEnumerable{long})"/>
    public Signed SignedField(string name, IEnumerable<long> values)
    {
        var all = Checked(values);
        var width = all.Max(value => Bits.OfSigned(value));
        if (all.Distinct().Count() == 1)
        {
            return Signed.Constant(width, all[0]);
        }

        _fields.Add(new(name, width, true, all));
        return Module.InputSigned($"cfg_{name}", width);
    }

    /// <summary>A rounding shift by places that a step's constant gives.</summary>
    public Func<Signed, Signed> Shift(string name, IEnumerable<int> places)
    {
        var all = places.ToList();
        var range = ShiftRange.Of(all);
        var field = SignedField(name, all.Select(p => (long)p));
        return p => FixedPointLogic.Shift(p, field, range);
    }

    public Unit Build(Func<int, long, long> cycles) => new(Module.Name, Module, _fields, cycles);

    private List<long> Checked(IEnumerable<long> values)
    {
        var all = values.ToList();
        ArgumentOutOfRangeException.ThrowIfNotEqual(all.Count, _steps);
        return all;
    }
}
