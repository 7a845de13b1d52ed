using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices.Unrolled;

/// <summary>
/// When rows leave: row r is seen <c>latency + 1 + r</c> cycles behind <c>start</c>, one per cycle. Counts one cycle ahead, so that a row's
/// sums can be made ready in registers.
/// </summary>
/// <param name="NextValid">A row is seen in the next cycle.</param>
/// <param name="NextRow">Which.</param>
/// <param name="Valid">A row is seen in this cycle.</param>
/// <param name="Row">Which.</param>
/// <param name="Last">The next row is the last.</param>
internal sealed record RowTiming(Unsigned NextValid, Unsigned NextRow, Unsigned Valid, Unsigned Row, Unsigned Last)
{
    /// <param name="rows">Rows of the matrix that is at work, constant meanwhile.</param>
    /// <param name="latency">1 or more.</param>
    public static RowTiming Of(Module m, Unsigned start, Unsigned rows, int latency)
    {
        m.Comment("Rows leave one per cycle once the first has had its time.");
        var lag = m.Register("lag", Bits.Of(latency), reset: 0, comment: "cycles until the first row");
        var emitting = m.Register("emitting", reset: 0);
        var nextRow = m.Register("next_row", rows.Width);
        var first = lag.Value.Is(1);
        var nextValid = m.Wire("next_valid", first | emitting);
        var last = m.Wire("last_row", nextValid & nextRow.Value.Increment().Is(rows));
        lag.Next(start, latency).Next(lag.Value.Any(), lag.Value.Decrement());
        emitting.Next(last, 0).Next(first, 1);
        nextRow.Next(start, 0).Next(nextValid, nextRow.Value.Increment());
        return new(nextValid, nextRow, m.DelayFlag("row_valid_now", nextValid), m.Delay("row_now", nextRow.Value, nextValid), last);
    }
}
