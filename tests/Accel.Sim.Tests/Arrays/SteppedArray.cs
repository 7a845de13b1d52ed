namespace Accel.Sim.Tests.Arrays;

/// <summary>
/// One fold on a systolic array, register by register and cycle by cycle. Knows no formula: it counts the cycles until the last result
/// is there, and its results are checked.
/// </summary>
internal static class SteppedArray
{
    /// <summary>
    /// <c>still</c> lies in the array, shifted in from above one row per cycle; <c>moving</c> enters from the left, row k one cycle after row k - 1; sums
    /// run down and leave at the bottom.
    /// </summary>
    /// <param name="still"><c>[R, C]</c>.</param>
    /// <param name="moving"><c>[T, R]</c>.</param>
    /// <returns>The product <c>[T, C]</c> and the cycles it took.</returns>
    public static (long[,] Product, int Cycles) HoldOperand(long[,] still, long[,] moving)
    {
        var (rows, columns, steps) = (still.GetLength(0), still.GetLength(1), moving.GetLength(0));
        var (held, values, sums) = (new long[rows, columns], new long[rows, columns], new long[rows, columns]);
        var product = new long[steps, columns];
        var cycle = 0;
        for (; cycle < rows; cycle++)
        {
            for (var c = 0; c < columns; c++)
            {
                for (var r = rows - 1; r > 0; r--)
                {
                    held[r, c] = held[r - 1, c];
                }

                held[0, c] = still[rows - 1 - cycle, c];
            }
        }

        for (int left = steps * columns, t = 0; left > 0; cycle++, t++)
        {
            for (var r = rows - 1; r >= 0; r--)
            {
                for (var c = columns - 1; c >= 0; c--)
                {
                    values[r, c] = c > 0 ? values[r, c - 1] : t - r >= 0 && t - r < steps ? moving[t - r, r] : 0;
                    sums[r, c] = (r > 0 ? sums[r - 1, c] : 0) + (held[r, c] * values[r, c]);
                }
            }

            for (var c = 0; c < columns; c++)
            {
                if (t - (rows - 1) - c is >= 0 and var row && row < steps)
                {
                    product[row, c] = sums[rows - 1, c];
                    left--;
                }
            }
        }

        return (product, cycle);
    }

    /// <summary>Sums lie in the array; A enters from the left and B from above, both skewed.</summary>
    /// <param name="a"><c>[R, K]</c>.</param>
    /// <param name="b"><c>[K, C]</c>.</param>
    public static (long[,] Product, int Cycles) HoldSums(long[,] a, long[,] b)
    {
        var (rows, columns, depth) = (a.GetLength(0), b.GetLength(1), a.GetLength(1));
        var (right, down, sums, done) = (new long[rows, columns], new long[rows, columns], new long[rows, columns], new int[rows, columns]);
        var cycle = 0;
        for (var left = rows * columns; left > 0; cycle++)
        {
            for (var r = rows - 1; r >= 0; r--)
            {
                for (var c = columns - 1; c >= 0; c--)
                {
                    right[r, c] = c > 0 ? right[r, c - 1] : cycle - r >= 0 && cycle - r < depth ? a[r, cycle - r] : 0;
                    down[r, c] = r > 0 ? down[r - 1, c] : cycle - c >= 0 && cycle - c < depth ? b[cycle - c, c] : 0;
                    sums[r, c] += right[r, c] * down[r, c];
                    if (cycle >= r + c && ++done[r, c] == depth)
                    {
                        left--;
                    }
                }
            }
        }

        return (sums, cycle);
    }
}
