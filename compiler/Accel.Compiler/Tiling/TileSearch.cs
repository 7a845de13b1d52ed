using Accel.Compiler.Scheduling;
using Accel.Hardware;
using Accel.Isa.Commands;

namespace Accel.Compiler.Tiling;

/// <summary>
/// Finds the cut of least cost: every depth that is the width over a whole number, every number of outputs that fills array columns, every
/// fold that divides the array's rows.
/// </summary>
/// <remarks>
/// Cost of a product on A arrays: transfers and passes of different tiles overlap, so it is rounds times the longer of both, plus one
/// of each to fill and drain the pipeline. A weight-stationary pass loads a tile of weights and streams the rows; with two weight buffers the
/// longer counts. An output-stationary pass streams the depth, as fast as the weight port lets it.
/// </remarks>
internal static class TileSearch
{
    /// <summary>Whole rows are taken if they cost at most one part in so many more.</summary>
    private const int WholeRowsWorth = 20;

    /// <param name="slotBytes">Scratchpad for one tile.</param>
    /// <exception cref="CapacityException">Not one row of one depth step fits.</exception>
    public static MatMulTile Find(Machine machine, MatMulShape shape, long slotBytes)
    {
        MatMulTile? best = null;
        MatMulTile? whole = null;
        for (var parts = 1; ; parts++)
        {
            var depth = Math.Min(shape.Columns, RoundUp((shape.Columns + parts - 1) / parts, parts == 1 ? 1 : shape.DepthStep));
            var most = Math.Min(slotBytes / shape.RowBytes(depth), Math.Min(shape.Outputs, machine.HalfAccumulator / shape.Tokens));
            if (most >= 1)
            {
                foreach (var outputs in Candidates((int)most, machine.Config.MatMulArrays.Columns, shape.Outputs, machine.Arrays))
                {
                    var tile = Cost(machine, shape, outputs, depth);
                    best = best is null || tile.Cycles < best.Cycles ? tile : best;
                }
            }

            // Whole rows are one transfer, and mantissas move once: parts of rows must be worth it.
            if (parts == 1)
            {
                whole = best;
            }

            var isLast = depth <= shape.DepthStep;
            if (best is not null && (isLast || best.Outputs >= Math.Min(shape.Outputs, machine.Config.MatMulArrays.Columns)))
            {
                return whole is not null && whole.Cycles - best.Cycles <= best.Cycles / WholeRowsWorth ? whole : best;
            }

            if (isLast)
            {
                throw most < 1 && machine.HalfAccumulator < shape.Tokens
                    ? new CapacityException(machine.Name, "matmulArrays.accumulators", $"at least {2 * shape.Tokens} sums", $"{machine.Shape.AccumulatorWords}")
                    : new CapacityException(machine.Name, "scratchpad.size", $"room for a tile of {shape.RowBytes(depth)} bytes", $"{slotBytes} for each");
            }
        }
    }

    /// <summary>The dataflow of least cost for a product that is done in one piece, without a fold.</summary>
    public static Dataflow CheapestDataflow(Machine machine, MatMulShape shape) =>
        machine.Dataflows.MinBy(dataflow => Passes(machine.Config.MatMulArrays, dataflow, shape, shape.Outputs, shape.Columns, 1));

    private static IEnumerable<int> Candidates(int most, int columns, int outputs, int arrays)
    {
        // An equal share of each array, in one, two, ... rounds, up to whole columns.
        var seen = new HashSet<int>();
        for (var rounds = 1; rounds <= 16; rounds++)
        {
            var share = RoundUp((outputs + (arrays * rounds) - 1) / (arrays * rounds), columns);
            if ((share <= most || most < columns) && seen.Add(Math.Min(share, most)))
            {
                yield return Math.Min(share, most);
            }
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

    private static MatMulTile Cost(Machine machine, MatMulShape shape, int outputs, int depth)
    {
        var arrays = machine.Config.MatMulArrays;
        var dma = machine.Config.Dma.DescriptorCost.Value + Transfer(machine, outputs * shape.RowBytes(depth));
        var (fold, dataflow, compute) = (1, Dataflow.WeightStationary, long.MaxValue);
        foreach (var candidate in machine.Dataflows)
        {
            foreach (var bands in machine.Folds)
            {
                if (Passes(arrays, candidate, shape, outputs, depth, bands) is var cycles && cycles < compute)
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
    private static long Passes(MatMulArrayConfig arrays, Dataflow dataflow, MatMulShape shape, int outputs, int depth, int fold)
    {
        var height = arrays.Rows / fold;
        var width = (long)arrays.Columns * fold;
        if (dataflow == Dataflow.OutputStationary)
        {
            var blocks = ((shape.Tokens + height - 1) / height) * ((outputs + width - 1) / width);
            var stream = ((depth * Math.Min(width, outputs) * shape.CodeBits / 8) + arrays.WeightPort.Value - 1) / arrays.WeightPort.Value;
            return (blocks * Math.Max(depth, stream)) + height + Math.Min(arrays.Columns, outputs);
        }

        // A pass holds inputs of one group alone. Loads are whole cycles, and the port gives a little less than its width where the
        // scratchpad shares its own: a cycle more for each keeps off tiles so small that this would double their time.
        height = Math.Min(height, shape.GroupSize);
        var passes = ((depth + height - 1) / height) * ((outputs + width - 1) / width);
        var load = ((Math.Min(height, depth) * Math.Min(width, outputs) * shape.CodeBits / 8) / arrays.WeightPort.Value) + 2;
        return passes * (arrays.WeightBuffers > 1 ? Math.Max(shape.Tokens, load) : shape.Tokens + load) + height;
    }

    /// <summary>Core cycles for one array's transfer while all arrays load at once.</summary>
    private static long Transfer(Machine machine, long bytes)
    {
        var bytesPerSecond = machine.Config.Memory.BytesPerSecond / machine.Arrays;
        return (long)((Int128)bytes * machine.Config.Clocks.Core.Value / Math.Max(1, bytesPerSecond)) + 1;
    }

    private static int RoundUp(int number, int step) => (number + step - 1) / step * step;
}
