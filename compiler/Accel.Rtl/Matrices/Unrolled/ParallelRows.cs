using Accel.Rtl.ConstantMatrix.Graphs;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices.Unrolled;

/// <summary>
/// Rows as word-parallel logic: all rows of a matrix are computed at once, in a pipeline of shared adders, and stay as the codes do; then a choice goes through
/// them, one row per cycle. Logic of a matrix that is not at work sees zeros and rests.
/// </summary>
/// <param name="logic">What it is to equal.</param>
/// <param name="graphs">The graph of each matrix, band and group.</param>
/// <param name="levels">Adders on the longest way through a stage.</param>
internal sealed class ParallelRows(RowLogic logic, Func<UnrolledMatrix, Band, int, AdderGraph> graphs, int levels)
{
    /// <summary>Rows of a band at most: graphs share more among more rows, up to what one search covers.</summary>
    public const int MostBandRows = 128;

    /// <summary>Levels of adders that a graph may have beyond the minimum.</summary>
    public const int ExtraDepth = 1;

    /// <summary>All stages that the deepest graph may take, and the register behind the choice.</summary>
    public static int Latency(IReadOnlyList<UnrolledMatrix> matrices, int levels) =>
        ((matrices.Max(matrix => matrix.MinimumDepth) + ExtraDepth + levels - 1) / levels) + 1;

    public Module Build()
    {
        var m = logic.Begin($"Row sums of {logic.Matrices.Count} matrices, word-parallel: {logic.Latency - 1} stages of {levels} adder(s), then a row per cycle.", out var ports);
        var words = new Unsigned[logic.Groups];
        for (var i = 0; i < logic.Matrices.Count; i++)
        {
            var matrix = logic.Matrices[i];
            var chosen = m.Wire($"chosen_{i}", ports.Chosen(i));
            var gated = m.Wire($"codes_{i}", Blocks.LanePort.Gate(chosen, ports.Codes.Slice((matrix.Inputs * logic.CodeBits) - 1, 0)));
            for (var b = 0; b < matrix.Bands.Count; b++)
            {
                var band = matrix.Bands[b];
                var low = band.FirstInput * logic.CodeBits;
                var instance = m.Instance(BandModule(matrix, b), $"u_{matrix.Name}_band_{b}");
                instance.Connect("codes", gated.Slice(low + (matrix.Weight.Columns * logic.CodeBits) - 1, low)).Connect("next_row", ports.Timing.NextRow).Connect("next_valid", ports.Timing.NextValid & chosen);
                for (var g = 0; g < matrix.Groups; g++)
                {
                    var own = instance[$"sum_{g}"];
                    words[g] = words[g] == default ? own : words[g] | own;
                }
            }
        }

        RowLogic.End(m, ports, words);
        return m;
    }

    private Module BandModule(UnrolledMatrix matrix, int index)
    {
        var band = matrix.Bands[index];
        var m = new Module($"{logic.Name}_{matrix.Name}_band_{index}", $"Rows {band.FirstRow} to {band.FirstRow + band.Rows - 1} of {matrix.Weight.Name}, all at once; the one that is asked for a cycle later.");
        var codes = m.Input("codes", matrix.Weight.Columns * logic.CodeBits);
        var nextRow = m.Input("next_row", logic.RowWidth);
        var nextValid = m.Input("next_valid");
        var hits = Enumerable.Range(0, band.Rows).Select(row => m.Wire($"is_row_{row}", nextValid & nextRow.Is(band.FirstRow + row))).ToArray();
        for (var g = 0; g < matrix.Groups; g++)
        {
            var cost = GraphCost.Of(graphs(matrix, band, g), Codes);
            var firstColumn = g * matrix.Weight.GroupSize * logic.CodeBits;
            var y = m.Instance(ParallelProduct.Build($"{m.Name}_group_{g}", cost, levels), $"u_group_{g}")
                .Connect("x", codes.Slice(firstColumn + (matrix.GroupColumns(g) * logic.CodeBits) - 1, firstColumn))["y"];
            var width = ParallelProduct.OutputWidth(cost);
            Unsigned? sum = null;
            for (var row = 0; row < band.Rows; row++)
            {
                var own = Blocks.LanePort.Gate(hits[row], y.Slice((width * (row + 1)) - 1, width * row).AsSigned().Resize(logic.SumBits).AsUnsigned());
                sum = sum is { } others ? others | own : own;
            }

            m.Output($"sum_{g}", m.Delay($"sum_now_{g}", sum!.Value));
        }

        return m;
    }

    private ValueRange Codes => new(-(1L << (logic.CodeBits - 1)), (1L << (logic.CodeBits - 1)) - 1);
}
