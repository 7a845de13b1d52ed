using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays;

/// <summary>
/// Reads sums out of the accumulators, a word of each column a cycle, scales them, and packs the results into what its port takes. It works
/// beside products whose sums lie elsewhere.
/// </summary>
internal static class ReadOut
{
    /// <summary>Cycles from the reading of the last words to the leaving of their results.</summary>
    /// <remarks>Memory, the stages of a lane, packing; the simulator counts as many.</remarks>
    public const int Latency = 1 + ReadOutLane.Latency + 1;

    private const int MostBytes = ArrayOptions.SumBits / 8;

    /// <summary>What leaves the array.</summary>
    public static IReadOnlyList<string> Outputs { get; } = ["drain_ready", "drain_row", "drain_column", "read_valid", "read_bytes", "read_data", "drained"];

    /// <summary>Bytes that may wait with those of the row that comes.</summary>
    private static int MostWaiting(ArrayOptions options) => (2 * options.ReadOutBytes) + (MostBytes * options.Columns);

    public static Module Build(ArrayOptions options)
    {
        var (columns, port) = (options.Columns, options.ReadOutBytes);
        var m = new Module(
            $"{options.Name}_read_out",
            $"Results of {columns} columns a cycle, {port} bytes a cycle to the outside, row by row without gaps. A result comes {Latency} cycles behind the reading of its sum.");
        var valid = m.Input("drain_valid");
        var rows = m.Input("drain_rows", Bits.Of(options.WordsPerLane));
        var outputs = m.Input("drain_columns", ArrayOptions.ExtentBits);
        var address = m.Input("drain_address", options.AddressBits, "word of row 0 of the first block of outputs");
        var stride = m.Input("drain_stride", options.AddressBits, $"words from a block of {options.Lanes} outputs to the next: rows of the product");
        var type = m.Input("drain_type", 2, "bytes of a result: 1, 2, 4, 8");
        var sumShift = m.InputSigned("drain_sum_shift", ReadOutLane.PlacesBits);
        var outputShift = m.InputSigned("drain_output_shift", ReadOutLane.PlacesBits);
        var scaled = m.Input("drain_scaled", comment: "each row has a scale");
        var limit = m.Input("drain_limit", ArrayOptions.SumBits - 1, "greatest magnitude of a result; 0: none");
        var scale = m.InputSigned("drain_scale", ReadOutLane.OperandBits, "of row drain_row, in the same cycle");
        var bias = m.Input("drain_bias", ReadOutLane.OperandBits * columns, "of the columns from drain_column on, in the same cycle; 0 where there is none");

        var ready = m.Forward("ready_now");
        var taken = m.Wire("taken", valid & ready);
        var active = m.Register("active", 1, reset: 0);
        var reads = m.Register("rows_wait", 1, comment: "not all rows are read");
        var row = m.Register("row", rows.Width);
        var column = m.Register("column", ArrayOptions.ExtentBits, comment: "first of the block");
        var columnsLeft = m.Register("columns_left", ArrayOptions.ExtentBits, comment: "the block's among them");
        var band = m.Register("band", Bits.OfIndex(options.Fold));
        var block = m.Register("block_address", options.AddressBits, comment: "of row 0");
        var owed = m.Register("owed", Bits.Of(MostWaiting(options)), reset: 0, comment: "bytes read that the port has not taken");
        var bytesType = m.Delay("type_now", type, taken);
        var allRows = m.Delay("rows", rows, taken);
        var allColumns = m.Delay("columns", outputs, taken);
        var firstBlock = m.Delay("first_block", address, taken);
        var toNext = m.Delay("stride", stride, taken);

        // Reading pauses when as much waits as the port takes in two cycles: one for the next, one for a row's last block, which may be narrow.
        var read = m.Wire("reads_now", active.Value & reads & (owed.Value < Unsigned.Constant(2 * port)));
        var here = m.Wire("columns_here", (columnsLeft.Value < Unsigned.Constant(columns)).Select(columnsLeft, Unsigned.Constant(columns)).Resize(Bits.Of(columns)));
        var bytes = m.Wire("bytes_here", read.Select(here.ShiftLeft(bytesType, Bits.Of(MostBytes * columns)), Unsigned.Constant(1, 0)));
        var total = m.Wire("bytes_now", (owed.Value + bytes).Truncate(owed.Value.Width));
        var leaves = m.Wire("all_leaves", total <= Unsigned.Constant(port));
        owed.Next(leaves.Select(Unsigned.Constant(total.Width, 0), total.WrappingSubtract(Unsigned.Constant(total.Width, port))));
        var endsRow = m.Wire("ends_row", columnsLeft.Value.Is(here));
        var endsReads = m.Wire("ends_reads", read & endsRow & row.Value.Increment().Is(allRows));
        var ends = m.Wire("ends", active & (endsReads | ~reads.Value) & leaves);
        m.Drive(ready, ~active.Value | ends);
        active.Next(taken, 1).Next(ends, 0);
        reads.Next(taken, 1).Next(endsReads, 0);
        row.Next(taken, 0).Next(read & endsRow, row.Value.Increment());
        var lastBand = band.Value.Is(options.Fold - 1);
        column.Next(taken | (read & endsRow), 0).Next(read, (column.Value + Unsigned.Constant(columns)).Resize(ArrayOptions.ExtentBits));
        columnsLeft.Next(taken, outputs).Next(read & endsRow, allColumns).Next(read, columnsLeft.Value.WrappingSubtract(here.Resize(ArrayOptions.ExtentBits)));
        band.Next(taken | (read & (endsRow | lastBand)), 0).Next(read, band.Value.Increment());
        block.Next(taken, address).Next(read & endsRow, firstBlock).Next(read & lastBand, (block.Value + toNext).Truncate(options.AddressBits));

        var wave = new Wave(m);
        wave.Signal("ended", ends);
        wave.Signal("bytes", bytes.Resize(Bits.Of(MostBytes * columns)));
        wave.Carry("result_type", bytesType);
        wave.Carry("here", here);
        wave.Carry("sum_shift", m.Delay("sum_places", sumShift, taken).AsUnsigned());
        wave.Carry("output_shift", m.Delay("output_places", outputShift, taken).AsUnsigned());
        wave.Carry("scaled", m.Delay("is_scaled", scaled, taken));
        wave.Carry("limit", m.Delay("bound", limit, taken));
        wave.Carry("scale", scale.AsUnsigned());
        wave.Carry("bias", bias);
        wave.Carry("band", band.Value);
        var lane = ReadOutLane.Build(options);
        m.Output("drain_ready", ready);
        m.Output("drain_row", row, "whose scale is wanted");
        m.Output("drain_column", column, "first of those whose biases are wanted");
        m.Output("read", read);
        if (options.Fold > 1)
        {
            m.Output("read_band", band);
            m.Output("read_band_then", wave.Tag("band", 1), "whose words come");
        }

        m.Output("read_address", (block.Value + row.Value).Resize(options.AddressBits));
        Port(m, options, wave, [.. Enumerable.Range(0, columns).Select(c => Result(m, lane, wave, c))]);
        m.Output("drained", wave.Tag("ended", Latency + 1), "all results of a command have left");
        return m;
    }

    private static Signed Result(Module m, Module lane, Wave wave, int column)
    {
        // Operands are had with the read, a word comes a cycle later.
        Unsigned At(string operand, string tag) => wave.Tag(tag, 1 + ReadOutLane.Operands[operand]);
        const int Width = ReadOutLane.OperandBits;
        return m.Instance(lane, $"lane_{column}")
            .Connect("word", m.InputSigned($"word_{column}", ArrayOptions.SumBits))
            .Connect("sum_shift", At("sum_shift", "sum_shift").AsSigned()).Connect("scaled_early", At("scaled_early", "scaled"))
            .Connect("scale", At("scale", "scale").AsSigned()).Connect("scaled", At("scaled", "scaled"))
            .Connect("output_shift", At("output_shift", "output_shift").AsSigned()).Connect("scaled_late", At("scaled_late", "scaled"))
            .Connect("bias", At("bias", "bias").Slice((column * Width) + Width - 1, column * Width).AsSigned())
            .Connect("limit", At("limit", "limit")).Connect("wanted", Unsigned.Constant(column) < At("wanted", "here"))
            .Signed("result");
    }

    /// <summary>Results side by side at their width, behind those that still wait; the port takes what it can.</summary>
    private static void Port(Module m, ArrayOptions options, Wave wave, Signed[] results)
    {
        var portBits = 8 * options.ReadOutBytes;
        var rowBits = ArrayOptions.SumBits * results.Length;
        var mostBits = 8 * MostWaiting(options);
        var stage = 1 + ReadOutLane.Latency;
        Unsigned Packed(int bits) => Unsigned.Concat([.. results.Reverse().Select(result => result.AsUnsigned().Truncate(bits))]).Extend(rowBits);
        var type = wave.Tag("result_type", stage);
        var bytes = wave.Tag("bytes", stage);
        var inRow = m.Wire("in_row", type.Is(0).Select(Packed(8), type.Is(1).Select(Packed(16), type.Is(2).Select(Packed(32), Packed(64)))));
        var held = m.Register("held", Bits.Of(MostWaiting(options)), reset: 0, comment: "bytes that wait");
        var bits = m.Register("bits", mostBits - portBits, reset: 0, comment: "0 behind those that wait");
        var window = m.Wire(
            "window", bytes.IsNot(0).Select(inRow.ShiftLeft(held.Value.ShiftLeft(3), mostBits) | bits.Value.Extend(mostBits), bits.Value.Extend(mostBits)));
        var total = m.Wire("held_now", (held.Value + bytes).Truncate(held.Value.Width));
        var fits = m.Wire("port_takes_all", total <= Unsigned.Constant(options.ReadOutBytes));
        bits.Next(window.ShiftRight(portBits));
        held.Next(fits.Select(Unsigned.Constant(total.Width, 0), total.WrappingSubtract(Unsigned.Constant(total.Width, options.ReadOutBytes))));
        m.Output("read_valid", m.DelayFlag("leaves", total.IsNot(0)));
        m.Output("read_bytes", m.Delay("leaving_bytes", fits.Select(total, Unsigned.Constant(total.Width, options.ReadOutBytes)).Resize(Bits.Of(options.ReadOutBytes))), "that hold results, from the lowest");
        m.Output("read_data", m.Delay("leaving", window.Truncate(portBits)));
    }
}
