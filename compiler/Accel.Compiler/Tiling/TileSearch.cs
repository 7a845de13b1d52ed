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
/// <para>Cost of a product on A arrays: transfers and passes of different tiles overlap, so each round takes the longer of both; the first
/// transfer, the last passes and their way through the array come on top.</para>
/// </remarks>
internal static class TileSearch
{
    /// <summary>Whole rows are taken if they cost at most one part in so many more.</summary>
    private const int WholeRowsWorth = 20;

    /// <summary>Groups of bursts that a DMA channel keeps account of; each has its part of what may be outstanding.</summary>
    private const int CountersOfChannel = 4;

    /// <param name="tokens">Most rows of activations, by entry point.</param>
    /// <param name="slotBytes">Scratchpad for one tile.</param>
    /// <returns>By entry point; all of one depth.</returns>
    /// <exception cref="CapacityException">Not one row of one depth step fits.</exception>
    public static MatMulTile[] Find(Machine machine, MatMulShape shape, int[] tokens, long slotBytes)
    {
        MatMulTile[]? best = null;
        MatMulTile[]? whole = null;
        var (columns, longest) = (machine.Config.MatMulArrays.Columns, Greatest(tokens));
        for (var parts = 1; ; parts++)
        {
            var depth = DepthOf(machine, shape, parts);
            int Most(int count) => (int)Math.Min(slotBytes / shape.RowBytes(depth, shape.IsByRows(depth)), Math.Min(shape.Outputs, machine.HalfAccumulator / count));
            var least = Most(longest);
            if (least >= 1)
            {
                var tiles = shape.IsByRows(depth) ? OwnTiles(machine, shape, tokens, Most, depth) : CommonTile(machine, shape, tokens, least, depth, slotBytes);
                best = best is null || Weight(tiles) < Weight(best) ? tiles : best;
            }

            // Whole rows leave each entry point its own tiles: parts of rows must be worth it.
            if (parts == 1)
            {
                whole = best;
            }

            var isLast = depth <= shape.DepthStep;
            if (best is not null && (isLast || LeastOutputs(best) >= Math.Min(shape.Outputs, columns)))
            {
                return whole is not null && Weight(whole) - Weight(best) <= Weight(best) / WholeRowsWorth ? whole : best;
            }

            if (isLast)
            {
                throw least < 1 && machine.HalfAccumulator < longest
                    ? new CapacityException(machine.Name, "matmulArrays.accumulators", $"at least {2 * longest} sums", $"{machine.Shape.AccumulatorWords}")
                    : new CapacityException(
                        machine.Name, "scratchpad.size", $"room for a tile of {shape.RowBytes(depth, shape.IsByRows(depth))} bytes", $"{slotBytes} for each");
            }
        }
    }

    private static Int128 Weight(MatMulTile[] tiles)
    {
        Int128 product = 1;
        foreach (var tile in tiles)
        {
            product *= tile.Cycles;
        }

        return product;
    }

    private static int LeastOutputs(MatMulTile[] tiles)
    {
        var least = int.MaxValue;
        foreach (var tile in tiles)
        {
            least = Math.Min(least, tile.Outputs);
        }

        return least;
    }

    private static int Greatest(int[] numbers)
    {
        var greatest = numbers[0];
        foreach (var number in numbers)
        {
            greatest = Math.Max(greatest, number);
        }

        return greatest;
    }

    /// <summary>Depth of a part: whole passes of an array where a part has several.</summary>
    private static int DepthOf(Machine machine, MatMulShape shape, int parts)
    {
        var depth = (shape.Columns + parts - 1) / parts;
        var pass = RoundUp(machine.Config.MatMulArrays.Rows, shape.DepthStep);
        return parts == 1 ? shape.Columns : Math.Min(shape.Columns, RoundUp(depth, depth > pass ? pass : shape.DepthStep));
    }

    /// <summary>Each entry point's best number of whole rows.</summary>
    /// <param name="most">Rows that a tile may have, for so many tokens.</param>
    private static MatMulTile[] OwnTiles(Machine machine, MatMulShape shape, int[] tokens, Func<int, int> most, int depth)
    {
        var best = new MatMulTile[tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            foreach (var outputs in Candidates(machine, shape, most(tokens[i]), depth))
            {
                var tile = Cost(machine, shape, tokens[i], outputs, depth);
                best[i] = best[i] is null || tile.Cycles < best[i].Cycles ? tile : best[i];
            }
        }

        return best;
    }

    /// <summary>The number of outputs that is best for all.</summary>
    private static MatMulTile[] CommonTile(Machine machine, MatMulShape shape, int[] tokens, int most, int depth, long slotBytes)
    {
        MatMulTile[]? best = null;
        foreach (var outputs in Candidates(machine, shape, most, depth))
        {
            if (outputs > 1 && shape.TileBytes(outputs, depth, false) > slotBytes)
            {
                continue;
            }

            var tiles = new MatMulTile[tokens.Length];
            for (var i = 0; i < tokens.Length; i++)
            {
                tiles[i] = Cost(machine, shape, tokens[i], outputs, depth);
            }

            best = best is null || Weight(tiles) < Weight(best) ? tiles : best;
        }

        return best!;
    }

    /// <summary>The dataflow of least cost for a product that is done in one piece, without a fold.</summary>
    public static Dataflow CheapestDataflow(Machine machine, int tokens, MatMulShape shape)
    {
        var (best, least) = (machine.Dataflows[0], long.MaxValue);
        foreach (var dataflow in machine.Dataflows)
        {
            var cycles = PassCycles.Of(machine.Config.MatMulArrays, dataflow, shape, tokens, shape.Outputs, shape.Columns, 1).Total;
            (best, least) = cycles < least ? (dataflow, cycles) : (best, least);
        }

        return best;
    }

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
        var dma = Transfer(machine, (bytes + shape.Stripe - 1) / shape.Stripe * shape.Stripe);
        var (fold, dataflow, compute) = (1, Dataflow.WeightStationary, new PassCycles(int.MaxValue, int.MaxValue));
        foreach (var candidate in machine.Dataflows)
        {
            foreach (var bands in machine.Folds)
            {
                if (PassCycles.Of(arrays, candidate, shape, tokens, outputs, depth, bands) is var cycles && cycles.Total < compute.Total)
                {
                    (fold, dataflow, compute) = (bands, candidate, cycles);
                }
            }
        }

        // In the last round some arrays may have no tile. Commands and read-out of a tile take time of their own, about a descriptor's.
        var own = machine.Config.Dma.DescriptorCost.Value;
        var tiles = (shape.Outputs + outputs - 1) / outputs;
        var (rounds, rest) = (tiles / machine.Arrays, tiles % machine.Arrays);
        var round = Math.Max(machine.Arrays * dma, compute.Busy) + own;
        var last = rest > 0 ? Math.Max(rest * dma, compute.Busy) + own : 0;
        return new(outputs, depth, fold, dataflow, (((rounds * round) + last) * ((shape.Columns + depth - 1) / depth)) + dma + compute.Total);
    }

    /// <summary>
    /// Core cycles between the starts of two tiles' transfers: bytes at the memory's pace, a descriptor, and a quarter of what the channel may
    /// have under way, since a tile takes one of its four counters however small it is.
    /// </summary>
    private static long Transfer(Machine machine, long bytes)
    {
        var dma = machine.Config.Dma;
        var moved = Math.Max(bytes, dma.Outstanding * dma.Burst.Value / CountersOfChannel);
        return Math.Max(dma.DescriptorCost.Value + 1, (long)((Int128)moved * machine.Config.Clocks.Core.Value / Math.Max(1, machine.Config.Memory.BytesPerSecond)) + 1);
    }

    private static int RoundUp(int number, int step) => (number + step - 1) / step * step;
}
