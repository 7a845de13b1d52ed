using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>
/// Elements of a row one after another: reads from the lane buffer, one per cycle from the cycle behind start, data one cycle later; writes in the
/// same order.
/// </summary>
internal sealed class LaneStream
{
    private readonly UnitBuilder _unit;
    private readonly MachineShape _shape;
    private readonly UnsignedRegister _index;
    private readonly Unsigned _count;

    /// <param name="count">Elements.</param>
    /// <param name="start">When to begin; the unit's start if null.</param>
    public LaneStream(UnitBuilder unit, MachineShape shape, Unsigned count, string name = "", Unsigned? start = null)
    {
        var m = unit.Module;
        (_unit, _shape, _count) = (unit, shape, count);
        var begin = start ?? unit.Start;
        var issue = m.Register($"{name}issue", reset: 0, comment: "an element is read");
        _index = m.Register($"{name}index", count.Width);
        Last = m.Wire($"{name}last", issue & _index.Value.Increment().Is(count.Truncate(_index.Value.Width)));
        issue.Next(begin, 1).Next(Last, 0);
        _index.Next(begin, 0).Next(issue, _index.Value.Increment());
        Issue = issue;
        IsData = m.DelayFlag($"{name}data_valid", Issue);
    }

    /// <summary>An element is asked for.</summary>
    public Unsigned Issue { get; }

    /// <summary>The last of them.</summary>
    public Unsigned Last { get; }

    /// <summary>Which one.</summary>
    public Unsigned Index => _index.Value;

    /// <summary>The lane buffer's data is the element that was asked for one cycle ago.</summary>
    public Unsigned IsData { get; }

    /// <summary>Reads each element from <c>start + index</c> at a port of the lane buffer (<c>a</c> or <c>b</c>).</summary>
    /// <param name="bits">Bits that the lanes really have.</param>
    public Signed Read(string port, Unsigned start, int bits)
    {
        var m = _unit.Module;
        var address = (start + Index).Resize(_shape.LaneAddressWidth);
        var data = LanePort.Read(m, _shape, port, Issue, address);
        return bits < MachineShape.LaneWidth ? data.Truncate(bits) : data;
    }

    /// <summary>Writes results in order to <c>start</c>, <c>start + 1</c>, ...; done with the last.</summary>
    public void Write(Unsigned valid, Unsigned start, Signed value)
    {
        var m = _unit.Module;
        var written = m.Register("written", _count.Width);
        written.Next(_unit.Start, 0).Next(valid, written.Value.Increment());
        LanePort.Write(m, valid, (start + written).Resize(_shape.LaneAddressWidth), value);
        m.Output("done", valid & written.Value.Increment().Is(_count));
    }
}

/// <summary>The ports of the lane buffer as units see them.</summary>
internal static class LanePort
{
    /// <summary>Asks for a lane; the result comes a cycle later.</summary>
    public static Signed Read(Module m, MachineShape shape, string port, Unsigned enable, Unsigned address)
    {
        WidthException.ThrowIfNot(shape.LaneAddressWidth, address.Width, "lane address");
        m.Output($"lane_{port}_read", enable);
        m.Output($"lane_{port}_address", Gate(enable, address));
        return m.InputSigned($"lane_{port}", MachineShape.LaneWidth, "one cycle after the read");
    }

    public static void Write(Module m, Unsigned enable, Unsigned address, Signed value)
    {
        m.Output("lane_write", enable);
        m.Output("lane_write_address", Gate(enable, address));
        m.Output("lane_write_data", enable.Select(value.Extend(MachineShape.LaneWidth), Signed.Constant(MachineShape.LaneWidth, 0)));
    }

    /// <summary>0 unless enabled.</summary>
    public static Unsigned Gate(Unsigned enable, Unsigned value) => enable.Select(value, Unsigned.Constant(value.Width, 0));
}
