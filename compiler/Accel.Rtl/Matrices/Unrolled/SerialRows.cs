using System.Numerics;
using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices.Unrolled;

/// <summary>
/// Rows as bit-serial logic. A pass sends all codes once through, least significant bit first, one bit per cycle and its sign on and on; it takes as many
/// cycles as a sum has bits, n, and the n rows that it is for turn into words (<see cref="CornerTurner"/>) that leave during the next pass. So one row leaves per
/// cycle, and a matrix needs no registers for its results. Nor does it need adders for its rows: n lanes add up the terms of the rows of a pass, whatever matrix
/// they are of; a matrix has what its rows share, and the choice of terms by the pass. Logic whose rows a pass is not for sees zeros and rests.
/// </summary>
internal sealed class SerialRows
{
    /// <summary>Rows of a band at most. The choice of terms is one piece of logic for a band; what its rows share works in all its passes.</summary>
    public const int MostBandRows = 256;

    private readonly RowLogic _logic;
    private readonly SerialCells? _cells;
    private readonly Dictionary<(UnrolledMatrix Matrix, Band Band, int Group), SerialTerms> _terms = [];
    private readonly int _lackBits;
    private readonly bool _rests;

    /// <param name="logic">What it is to equal.</param>
    /// <param name="graphs">The graph of each matrix, band and group.</param>
    /// <param name="cells">What sums are made of; null for words.</param>
    public SerialRows(RowLogic logic, Func<UnrolledMatrix, Band, int, SerialGraph> graphs, SerialCells? cells)
    {
        (_logic, _cells) = (logic, cells);
        foreach (var matrix in logic.Matrices)
        {
            foreach (var band in matrix.Bands)
            {
                for (var g = 0; g < matrix.Groups; g++)
                {
                    var terms = _terms[(matrix, band, g)] = new(graphs(matrix, band, g), Passes(band).Count, logic.SumBits, row => (PassOf(band, row) - PassOf(band, 0), (band.FirstRow + row) % logic.SumBits));
                    _lackBits = Math.Max(_lackBits, Enumerable.Range(0, band.Rows).Max(row => Bits.Of(terms.Lack(row))));
                }
            }
        }

        _rests = logic.Matrices.Count > 1 || logic.Matrices[0].Bands.Count > 1;
    }

    /// <summary>The first row leaves when the first pass is over.</summary>
    public static int Latency(IReadOnlyList<UnrolledMatrix> matrices) => matrices.Max(matrix => matrix.SumBits);

    /// <summary>Rows that an adder serves one after another, in all matrices.</summary>
    public static int Turns(RowLogic logic) => Math.Max(1, logic.Matrices.Sum(matrix => matrix.Rows) / logic.SumBits);

    public Module Build()
    {
        var n = _logic.SumBits;
        var m = _logic.Begin($"Row sums of {_logic.Matrices.Count} matrices, bit-serial: {n} rows in {n} cycles.", out var ports);
        m.Comment("Passes, and the bit that is sent: behind the highest the sign again.");
        var running = m.Register("running", reset: 0);
        var bit = m.Register("bit_now", Bits.OfIndex(n));
        var pass = m.Register("pass", PassWidth);
        var way = m.Register("way");
        var last = m.Wire("last_bit", bit.Value.Is(n - 1));
        running.Next(ports.Timing.Last, 0).Next(ports.Start, 1);
        bit.Next(ports.Start | last, 0).Next(running.Value, bit.Value.Increment());
        pass.Next(ports.Start, 0).Next(running & last, pass.Value.Increment());
        way.Next(ports.Start, 0).Next(last, ~way.Value);
        var place = m.Register("place", _logic.CodeBits, comment: "the bit of each code that is sent, one of them high");
        place.Next(ports.Start | last, 1).Next(~place.Value[_logic.CodeBits - 1], place.Value.ShiftLeft(1).Truncate(_logic.CodeBits));
        var x = m.Wire("x", Unsigned.Concat([.. Enumerable.Range(0, _logic.Inputs).Reverse().Select(i => (Code(ports, i) & place.Value).Any())]));

        m.Comment("What each matrix adds up in the pass.");
        var parts = Enumerable.Range(0, _logic.Groups).Select(_ => new List<(LaneLayout, Unsigned)>()).ToArray();
        for (var i = 0; i < _logic.Matrices.Count; i++)
        {
            var matrix = _logic.Matrices[i];
            var instance = m.Instance(MatrixModule(matrix), $"u_{matrix.Name}").Connect("last", last).Connect("chosen", running & ports.Chosen(i));
            instance.Connect("pass", pass).Connect("x", x.Slice(matrix.Inputs - 1, 0));
            for (var g = 0; g < matrix.Groups; g++)
            {
                parts[g].Add((LayoutOf(matrix, g), instance[$"terms_{g}"]));
            }
        }

        m.Comment("The lanes, and the turn of their bits to words.");
        var turner = CornerTurner.Build(n);
        var sums = new SerialSums(m, _cells, m.Wire("start_lanes", ~running.Value | last), Unsigned.Constant(1, 0), 0);
        var lack = Lack(m, ports);
        var words = new Unsigned[_logic.Groups];
        for (var g = 0; g < words.Length; g++)
        {
            var layout = LaneLayout.Covering([.. parts[g].Select(part => part.Item1)]);
            var terms = m.Wire($"terms_{g}", layout.Join(parts[g]));
            var bits = new Unsigned[n];
            for (var lane = 0; lane < n; lane++)
            {
                var operands = lane < layout.Lanes ? layout.Operands(lane, terms) : [];
                bits[n - 1 - lane] = operands.Length == 0 ? Unsigned.Constant(1, 0) : sums.Sum($"group_{g}_lane_{lane}", operands, 0);
            }

            var word = m.Instance(turner, $"u_turner_{g}").Connect("way", way).Connect("bits", Unsigned.Concat(bits))["word"];
            words[g] = Blocks.LanePort.Gate(ports.Timing.Valid, (word + lack.Slice((_lackBits * (g + 1)) - 1, _lackBits * g)).Truncate(n));
        }

        RowLogic.End(m, ports, words);
        return m;
    }

    private int PassWidth => Bits.OfIndex((_logic.Matrices.Max(matrix => matrix.Rows) / _logic.SumBits) + 2);

    private int PassOf(Band band, int row) => (band.FirstRow + row) / _logic.SumBits;

    /// <summary>The passes of a band, numbered in its matrix.</summary>
    private (int First, int Count) Passes(Band band) => (PassOf(band, 0), PassOf(band, band.Rows - 1) - PassOf(band, 0) + 1);

    private LaneLayout LayoutOf(UnrolledMatrix matrix, int group) => LaneLayout.Covering([.. matrix.Bands.Select(band => _terms[(matrix, band, group)].Layout)]);

    private Unsigned Code(RowPorts ports, int i) => ports.Codes.Slice((_logic.CodeBits * (i + 1)) - 1, _logic.CodeBits * i);

    /// <summary>What the lanes lack of the row that is seen, group 0 lowest.</summary>
    private Unsigned Lack(Module m, RowPorts ports)
    {
        Unsigned? all = null;
        for (var i = 0; i < _logic.Matrices.Count; i++)
        {
            var matrix = _logic.Matrices[i];
            var words = new BigInteger[matrix.Rows];
            foreach (var band in matrix.Bands)
            {
                for (var row = 0; row < band.Rows; row++)
                {
                    for (var g = 0; g < matrix.Groups; g++)
                    {
                        words[band.FirstRow + row] |= (BigInteger)_terms[(matrix, band, g)].Lack(row) << (_lackBits * g);
                    }
                }
            }

            var table = new Module($"{_logic.Name}_{matrix.Name}_lack", $"What negative terms lack in each row of {matrix.Weight.Name}, {_lackBits} bits a group.");
            table.Output("word", table.Lookup("entry", table.Input("address", Bits.OfIndex(words.Length)), matrix.Groups * _lackBits, words));
            var word = m.Instance(table, $"u_{matrix.Name}_lack").Connect("address", ports.Timing.Row.Resize(Bits.OfIndex(words.Length)))["word"].Resize(_logic.Groups * _lackBits);
            var own = _logic.Matrices.Count == 1 ? word : Blocks.LanePort.Gate(ports.Chosen(i), word);
            all = all is { } others ? others | own : own;
        }

        return all!.Value;
    }

    private Module MatrixModule(UnrolledMatrix matrix)
    {
        var n = _logic.SumBits;
        var m = new Module($"{_logic.Name}_{matrix.Name}", $"{matrix.Weight.Name}, {matrix.Rows} x {matrix.Weight.Columns} {matrix.Weight.Format} weights, bit-serial: in pass p lane l adds up row {n} p + l.");
        var last = m.Input("last", comment: "the last bit of a pass");
        var chosen = m.Input("chosen");
        var pass = m.Input("pass", PassWidth);
        var x = m.Input("x", matrix.Inputs);
        var isPass = m.Wire("is_pass", Unsigned.Concat([.. Enumerable.Range(0, (matrix.Rows + n - 1) / n).Reverse().Select(p => chosen & pass.Is(p))]));
        var parts = Enumerable.Range(0, matrix.Groups).Select(_ => new List<(LaneLayout, Unsigned)>()).ToArray();
        for (var b = 0; b < matrix.Bands.Count; b++)
        {
            var band = matrix.Bands[b];
            var passes = Passes(band);
            var instance = m.Instance(BandModule(matrix, b), $"u_band_{b}").Connect("last", last).Connect("pass", isPass.Slice(passes.First + passes.Count - 1, passes.First));
            instance.Connect("x", x.Slice(band.FirstInput + matrix.Weight.Columns - 1, band.FirstInput));
            for (var g = 0; g < parts.Length; g++)
            {
                parts[g].Add((_terms[(matrix, band, g)].Layout, instance[$"terms_{g}"]));
            }
        }

        for (var g = 0; g < parts.Length; g++)
        {
            m.Output($"terms_{g}", LayoutOf(matrix, g).Join(parts[g]));
        }

        return m;
    }

    private Module BandModule(UnrolledMatrix matrix, int index)
    {
        var band = matrix.Bands[index];
        var m = new Module($"{_logic.Name}_{matrix.Name}_band_{index}", $"Rows {band.FirstRow} to {band.FirstRow + band.Rows - 1} of {matrix.Weight.Name}{(_rests ? ": at rest unless it is their pass" : "")}.");
        var last = m.Input("last");
        var pass = m.Input("pass", Passes(band).Count, "which of its passes it is");
        var x = m.Input("x", matrix.Weight.Columns);
        var active = m.Wire("active", pass.Any());
        var start = m.Wire("start", ~active | last);
        var seen = _rests ? m.Wire("gated", Blocks.LanePort.Gate(active, x)) : x;
        for (var g = 0; g < matrix.Groups; g++)
        {
            var firstColumn = g * matrix.Weight.GroupSize;
            var terms = _terms[(matrix, band, g)].Build($"{m.Name}_group_{g}", _cells);
            m.Output($"terms_{g}", m.Instance(terms, $"u_group_{g}").Connect("start", start).Connect("pass", pass).Connect("x", seen.Slice(firstColumn + matrix.GroupColumns(g) - 1, firstColumn))["terms"]);
        }

        return m;
    }
}
