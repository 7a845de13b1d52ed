using System.Numerics;
using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices.Unrolled;

/// <summary>
/// Rows as bit-serial logic. A pass sends all codes once through, least significant bit first, one bit per cycle and its sign on and on; it takes as many
/// cycles as a sum has bits, n, and the n rows that it is for turn into words (<see cref="CornerTurner"/>) that leave during the next pass. So one row leaves per
/// cycle, and a matrix needs no registers for its results. Logic whose rows a pass is not for sees zeros and rests.
/// </summary>
/// <param name="logic">What it is to equal.</param>
/// <param name="graphs">The graph of each matrix, band and group.</param>
/// <param name="cells">What sums are made of; null for words.</param>
internal sealed class SerialRows(RowLogic logic, Func<UnrolledMatrix, Band, int, SerialGraph> graphs, SerialCells? cells)
{
    /// <summary>The first row leaves when the first pass is over.</summary>
    public static int Latency(IReadOnlyList<UnrolledMatrix> matrices) => matrices.Max(matrix => matrix.SumBits);

    public Module Build()
    {
        var n = logic.SumBits;
        var m = logic.Begin($"Row sums of {logic.Matrices.Count} matrices, bit-serial: {n} rows in {n} cycles.", out var ports);
        m.Comment("Passes, and the bit that is sent: behind the highest the sign again.");
        var running = m.Register("running", reset: 0);
        var bit = m.Register("bit_now", Bits.OfIndex(n));
        var pass = m.Register("pass", Bits.OfIndex((logic.Matrices.Max(matrix => matrix.Rows) / n) + 2));
        var way = m.Register("way");
        var last = m.Wire("last_bit", bit.Value.Is(n - 1));
        running.Next(ports.Timing.Last, 0).Next(ports.Start, 1);
        bit.Next(ports.Start | last, 0).Next(running.Value, bit.Value.Increment());
        pass.Next(ports.Start, 0).Next(running & last, pass.Value.Increment());
        way.Next(ports.Start, 0).Next(last, ~way.Value);
        var place = m.Register("place", logic.CodeBits, comment: "the bit of each code that is sent, one of them high");
        place.Next(ports.Start | last, 1).Next(~place.Value[logic.CodeBits - 1], place.Value.ShiftLeft(1).Truncate(logic.CodeBits));
        var x = m.Wire("x", Unsigned.Concat([.. Enumerable.Range(0, logic.Inputs).Reverse().Select(i => (Code(ports, i) & place.Value).Any())]));

        var lanes = new Unsigned[logic.Groups];
        for (var i = 0; i < logic.Matrices.Count; i++)
        {
            var matrix = logic.Matrices[i];
            var instance = m.Instance(MatrixModule(matrix), $"u_{matrix.Name}").Connect("last", last).Connect("chosen", running & ports.Chosen(i));
            instance.Connect("pass", pass).Connect("x", x.Slice(matrix.Inputs - 1, 0));
            for (var g = 0; g < matrix.Groups; g++)
            {
                var own = instance[$"lanes_{g}"];
                lanes[g] = lanes[g] == default ? own : lanes[g] | own;
            }
        }

        var turner = CornerTurner.Build(n);
        var lack = Lack(m, ports);
        RowLogic.End(m, ports, [.. lanes.Select((bits, g) =>
        {
            var word = m.Instance(turner, $"u_turner_{g}").Connect("way", way).Connect("bits", bits)["word"];
            return Blocks.LanePort.Gate(ports.Timing.Valid, (word + lack.Slice((LackBits * (g + 1)) - 1, LackBits * g)).Truncate(n));
        })]);
        return m;
    }

    private Unsigned Code(RowPorts ports, int i) => ports.Codes.Slice((logic.CodeBits * (i + 1)) - 1, logic.CodeBits * i);

    private Module MatrixModule(UnrolledMatrix matrix)
    {
        var n = logic.SumBits;
        var m = new Module($"{logic.Name}_{matrix.Name}", $"{matrix.Weight.Name}, {matrix.Rows} x {matrix.Weight.Columns} {matrix.Weight.Format} weights, bit-serial: in pass p lane l carries row {n} p + l.");
        var last = m.Input("last", comment: "the last bit of a pass");
        var chosen = m.Input("chosen");
        var passes = (matrix.Rows + n - 1) / n;
        var pass = m.Input("pass", Bits.OfIndex((logic.Matrices.Max(other => other.Rows) / n) + 2));
        var x = m.Input("x", matrix.Inputs);
        var isPass = m.Wire("is_pass", Unsigned.Concat([.. Enumerable.Range(0, passes).Reverse().Select(p => chosen & pass.Is(p))]));
        var lanes = new Unsigned[matrix.Groups];
        for (var b = 0; b < matrix.Bands.Count; b++)
        {
            var band = matrix.Bands[b];
            var (first, end) = (band.FirstRow / n, (band.FirstRow + band.Rows - 1) / n);
            var instance = m.Instance(BandModule(matrix, b), $"u_band_{b}").Connect("last", last).Connect("pass", isPass.Slice(end, first));
            instance.Connect("x", x.Slice(band.FirstInput + matrix.Weight.Columns - 1, band.FirstInput));
            for (var g = 0; g < lanes.Length; g++)
            {
                var own = instance[$"lanes_{g}"];
                lanes[g] = b == 0 ? own : lanes[g] | own;
            }
        }

        for (var g = 0; g < lanes.Length; g++)
        {
            m.Output($"lanes_{g}", lanes[g]);
        }

        return m;
    }

    private int LackBits => Bits.Of(Lacks().Max());

    private IEnumerable<long> Lacks() => logic.Matrices.SelectMany(matrix => matrix.Bands.SelectMany(band =>
        Enumerable.Range(0, matrix.Groups).SelectMany(g => Enumerable.Range(0, band.Rows).Select(row => SerialLanes.Lack(graphs(matrix, band, g), row)))));

    /// <summary>What the lanes lack of the row that is seen, group 0 lowest.</summary>
    private Unsigned Lack(Module m, RowPorts ports)
    {
        Unsigned? all = null;
        for (var i = 0; i < logic.Matrices.Count; i++)
        {
            var matrix = logic.Matrices[i];
            var words = new BigInteger[matrix.Rows];
            foreach (var band in matrix.Bands)
            {
                for (var row = 0; row < band.Rows; row++)
                {
                    for (var g = 0; g < matrix.Groups; g++)
                    {
                        words[band.FirstRow + row] |= (BigInteger)SerialLanes.Lack(graphs(matrix, band, g), row) << (LackBits * g);
                    }
                }
            }

            var table = new Module($"{logic.Name}_{matrix.Name}_lack", $"What negative terms lack in each row of {matrix.Weight.Name}, {LackBits} bits a group.");
            table.Output("word", table.Lookup("entry", table.Input("address", Bits.OfIndex(words.Length)), matrix.Groups * LackBits, words));
            var word = m.Instance(table, $"u_{matrix.Name}_lack").Connect("address", ports.Timing.Row.Resize(Bits.OfIndex(words.Length)))["word"].Resize(logic.Groups * LackBits);
            var own = logic.Matrices.Count == 1 ? word : Blocks.LanePort.Gate(ports.Chosen(i), word);
            all = all is { } others ? others | own : own;
        }

        return all!.Value;
    }

    private Module BandModule(UnrolledMatrix matrix, int index)
    {
        var (n, band) = (logic.SumBits, matrix.Bands[index]);
        var firstPass = band.FirstRow / n;
        var m = new Module($"{logic.Name}_{matrix.Name}_band_{index}", $"Rows {band.FirstRow} to {band.FirstRow + band.Rows - 1} of {matrix.Weight.Name}: at rest unless it is their pass.");
        var last = m.Input("last");
        var pass = m.Input("pass", ((band.FirstRow + band.Rows - 1) / n) - firstPass + 1, "which of its passes it is");
        var x = m.Input("x", matrix.Weight.Columns);
        var active = m.Wire("active", pass.Any());
        var start = m.Wire("start", ~active | last);
        var gated = m.Wire("gated", Blocks.LanePort.Gate(active, x));
        for (var g = 0; g < matrix.Groups; g++)
        {
            var firstColumn = g * matrix.Weight.GroupSize;
            var product = SerialLanes.Build($"{m.Name}_group_{g}", graphs(matrix, band, g), pass.Width, n, row => (((band.FirstRow + row) / n) - firstPass, (band.FirstRow + row) % n), cells);
            m.Output($"lanes_{g}", m.Instance(product, $"u_group_{g}").Connect("start", start).Connect("pass", pass).Connect("x", gated.Slice(firstColumn + matrix.GroupColumns(g) - 1, firstColumn))["y"]);
        }

        return m;
    }
}
