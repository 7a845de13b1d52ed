using Accel.Compiler.Scheduling;
using Accel.Hardware;
using Accel.Isa.Commands;

namespace Accel.Compiler.Tiling;

/// <summary>
/// Finds the cut of least cost for all entry points together: every depth that is the width over a whole number, every number of outputs that
/// fills array columns, every fold that divides the array's rows.
/// </summary>
/// <remarks>
/// <para>A matrix lies in memory once, in the order in which its tiles are read. Whole rows serve tiles of any number of rows, so each entry point
/// has its own; rows that are cut have one tile for all. What counts is the product of the entry points' costs: a tenth
/// more of one weighs as much as a tenth more of another.</para>
/// <para>Cost of a product on A arrays: transfers and passes of different tiles overlap, so it is rounds times the longer of both, plus one
/// of each to fill and drain the pipeline. A weight-stationary pass loads a tile of weights and streams the rows; with two weight buffers the
/// longer counts. An output-stationary pass streams the depth, as fast as the weight port lets it.</para>
/// </remarks>
internal static class TileSearch
{
    /// <summary>Whole rows are taken if they cost at most one part in so many more.</summary>
    private const int WholeRowsWorth = 20;

    /// <param name="tokens">Most rows of activations, by entry point.</param>
    /// <param name="slotBytes">Scratchpad for one tile.</param>
    /// <returns>By entry point; all of one depth.</returns>
    /// <exception cref="CapacityException">Not one row of one depth step fits.</exception>
    public static MatMulTile[] Find(Machine machine, MatMulShape shape, int[] tokens, long slotBytes)
    {
        MatMulTile[]? best = null;
        MatMulTile[]? whole = null;
        var columns = machine.Config.MatMulArrays.Columns;
        for (var parts = 1; ; parts++)
        {
            var depth = DepthOf(machine, shape, parts);
            var most = tokens.Select(count => (int)Math.Min(slotBytes / shape.RowBytes(depth, shape.IsByRows(depth)), Math.Min(shape.Outputs, machine.HalfAccumulator / count))).ToArray();
            if (most.Min() >= 1)
            {
                var tiles = shape.IsByRows(depth) ? OwnTiles(machine, shape, tokens, most, depth) : CommonTile(machine, shape, tokens, most.Min(), depth, slotBytes);
                best = best is null || Weight(tiles) < Weight(best) ? tiles : best;
            }

            // Whole rows leave each entry point its own tiles: parts of rows must be worth it.
            if (parts == 1)
            {
                whole = best;
            }

            var isLast = depth <= shape.DepthStep;
            if (best is not null && (isLast || best.Min(tile => tile.Outputs) >= Math.Min(shape.Outputs, columns)))
            {
                return whole is not null && Weight(whole) - Weight(best) <= Weight(best) / WholeRowsWorth ? whole : best;
            }

            if (isLast)
            {
                throw most.Min() < 1 && machine.HalfAccumulator < tokens.Max()
                    ? new CapacityException(machine.Name, "matmulArrays.accumulators", $"at least {2 * tokens.Max()} sums", $"{machine.Shape.AccumulatorWords}")
                    : new CapacityException(
                        machine.Name, "scratchpad.size", $"room for a tile of {shape.RowBytes(depth, shape.IsByRows(depth))} bytes", $"{slotBytes} for each");
            }
        }
    }

    private static Int128 Weight(MatMulTile[] tiles) => tiles.Aggregate((Int128)1, (product, tile) => product * tile.Cycles);

    /// <summary>Depth of a part: whole passes of an array where a part has several.</summary>
    private static int DepthOf(Machine machine, MatMulShape shape, int parts)
    {
        var depth = (shape.Columns + parts - 1) / parts;
        var pass = RoundUp(machine.Config.MatMulArrays.Rows, shape.DepthStep);
        return parts == 1 ? shape.Columns : Math.Min(shape.Columns, RoundUp(depth, depth > pass ? pass : shape.DepthStep));
    }

    /// <summary>Each entry point's best number of whole rows.</summary>
    private static MatMulTile[] OwnTiles(Machine machine, MatMulShape shape, int[] tokens, int[] most, int depth) =>
    [
        .. tokens.Select((count, i) => Candidates(machine, shape, most[i], depth).Select(outputs => Cost(machine, shape, count, outputs, depth)).MinBy(tile => tile.Cycles)!),
    ];

    /// <summary>The number of outputs that is best for all.</summary>
    private static MatMulTile[] CommonTile(Machine machine, MatMulShape shape, int[] tokens, int most, int depth, long slotBytes) =>
        Candidates(machine, shape, most, depth)
            .Where(outputs => outputs == 1 || shape.TileBytes(outputs, depth, false) <= slotBytes)
            .Select(outputs => tokens.Select(count => Cost(machine, shape, count, outputs, depth)).ToArray())
            .MinBy(Weight)!;

    /// <summary>The dataflow of least cost for a product that is done in one piece, without a fold.</summary>
    public static Dataflow CheapestDataflow(Machine machine, int tokens, MatMulShape shape) =>
        machine.Dataflows.MinBy(dataflow => Passes(machine.Config.MatMulArrays, dataflow, shape, tokens, shape.Outputs, shape.Columns, 1));

    private static IEnumerable<int> Candidates(Machine machine, MatMulShape shape, int most, int depth)
    {
        // An equal share of each array, in one, two, ... rounds, up to whole columns.
        var (columns, outputs, arrays) = (machine.Config.MatMulArrays.Columns, shape.Outputs, machine.Arrays);
        var seen = new HashSet<int>();
        for (var rounds = 1; rounds <= 16; rounds++)
        {
            var share = RoundUp((outputs + (arrays * rounds) - 1) / (arrays * rounds), columns);
            if ((share <= most || most < columns) && seen.Add(Math.Min(share, most)))
            {
                yield return Math.Min(share, most);
            }
        }

        // Rows that are whole stripes together.
        var row = shape.RowBytes(depth, shape.IsByRows(depth));
        var whole = shape.Stripe / (long)System.Numerics.BigInteger.GreatestCommonDivisor(shape.Stripe, row);
        if (whole <= most && seen.Add((int)(most / whole * whole)))
        {
            yield return (int)(most / whole * whole);
        }

        // Powers of two; below the columns only where no more fit, for arrays that fold.
        for (var outputsOfTile = most < columns ? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)most + 1) / 2 : columns; outputsOfTile <= most; outputsOfTile *= 2)
        {
            if (seen.Add(outputsOfTile))
            {
                yield return outputsOfTile;
            }
        }

        if (most >= columns && seen.Add(most / columns * columns))
        {
            yield return most / columns * columns;
        }
    }

    private static MatMulTile Cost(Machine machine, MatMulShape shape, int tokens, int outputs, int depth)
    {
        var arrays = machine.Config.MatMulArrays;
        var bytes = shape.TileBytes(outputs, depth, shape.IsByRows(depth));
        var dma = machine.Config.Dma.DescriptorCost.Value + Transfer(machine, (bytes + shape.Stripe - 1) / shape.Stripe * shape.Stripe);
        var (fold, dataflow, compute) = (1, Dataflow.WeightStationary, long.MaxValue);
        foreach (var candidate in machine.Dataflows)
        {
            foreach (var bands in machine.Folds)
            {
                if (Passes(arrays, candidate, shape, tokens, outputs, depth, bands) is var cycles && cycles < compute)
                {
                    (fold, dataflow, compute) = (bands, candidate, cycles);
                }
            }
        }

        var tiles = (shape.Outputs + outputs - 1) / outputs;
        var rounds = (long)((tiles + machine.Arrays - 1) / machine.Arrays) * ((shape.Columns + depth - 1) / depth);
        return new(outputs, depth, fold, dataflow, (rounds * Math.Max(dma, compute)) + dma + compute);
    }

    /// <summary>Cycles of an array for one tile.</summary>
    private static long Passes(MatMulArrayConfig arrays, Dataflow dataflow, MatMulShape shape, int tokens, int outputs, int depth, int fold)
    {
        var height = arrays.Rows / fold;
        var width = (long)arrays.Columns * fold;
        if (dataflow == Dataflow.OutputStationary)
        {
            var blocks = ((tokens + height - 1) / height) * ((outputs + width - 1) / width);
            var stream = ((depth * Math.Min(width, outputs) * shape.CodeBits / 8) + arrays.WeightPort.Value - 1) / arrays.WeightPort.Value;
            return (blocks * Math.Max(depth, stream)) + height + Math.Min(arrays.Columns, outputs);
        }

        // A pass holds inputs of one group alone. Loads are whole cycles, and the port gives a little less than its width where the
        // scratchpad shares its own: a cycle more for each keeps off tiles so small that this would double their time.
        height = Math.Min(height, shape.GroupSize);
        var passes = ((depth + height - 1) / height) * ((outputs + width - 1) / width);
        var load = ((Math.Min(height, depth) * Math.Min(width, outputs) * shape.CodeBits / 8) / arrays.WeightPort.Value) + 2;
        return passes * (arrays.WeightBuffers > 1 ? Math.Max(tokens, load) : tokens + load) + height;
    }

    /// <summary>Core cycles for one array's transfer while all arrays load at once.</summary>
    private static long Transfer(Machine machine, long bytes)
    {
        var bytesPerSecond = machine.Config.Memory.BytesPerSecond / machine.Arrays;
        return (long)((Int128)bytes * machine.Config.Clocks.Core.Value / Math.Max(1, bytesPerSecond)) + 1;
    }

    private static int RoundUp(int number, int step) => (number + step - 1) / step * step;
}
