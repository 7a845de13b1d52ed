namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>Networks to start from, before anything is shared.</summary>
internal static class StartNetworks
{
    /// <summary>Each output is the sum of its canonical signed digits.</summary>
    public static SumNetwork Digits(IntegerMatrix matrix)
    {
        var network = new SumNetwork(matrix.Inputs, matrix.Outputs);
        var column = new long[matrix.Inputs];
        for (var j = 0; j < matrix.Outputs; j++)
        {
            ReadColumn(matrix, j, column);
            InsertDigits(network, matrix.Inputs + j, column);
        }

        network.Settle();
        network.Commit();
        return network;
    }

    /// <summary>
    /// Each output is an intermediate that adds a difference to another one, along a minimum spanning tree whose root is zero and whose
    /// edges weigh what the difference, or the sum, of two columns takes in digits.
    /// </summary>
    /// <returns>Nothing if that saves less than one digit in twenty.</returns>
    /// <remarks>Spanning tree by R. C. Prim, 1957; for constant matrices: C. Sun et al., da4ml, arXiv 2507.04535.</remarks>
    public static SumNetwork? ColumnDifferences(IntegerMatrix matrix)
    {
        var (inputs, outputs) = (matrix.Inputs, matrix.Outputs);
        var cost = new int[outputs];
        var parent = new int[outputs];
        var negated = new bool[outputs];
        var done = new bool[outputs];
        var order = new List<int>(outputs);
        for (var j = 0; j < outputs; j++)
        {
            (cost[j], parent[j]) = (DigitsBetween(matrix, j, -1, 0), -1);
        }

        var plain = cost.Sum(digits => (long)digits);
        var total = 0L;
        for (var step = 0; step < outputs; step++)
        {
            var next = -1;
            for (var j = 0; j < outputs; j++)
            {
                next = !done[j] && (next < 0 || cost[j] < cost[next]) ? j : next;
            }

            done[next] = true;
            order.Add(next);
            total += cost[next];
            for (var j = 0; j < outputs; j++)
            {
                if (done[j])
                {
                    continue;
                }

                var (minus, plus) = (DigitsBetween(matrix, j, next, -1) + 1, DigitsBetween(matrix, j, next, 1) + 1);
                if (Math.Min(minus, plus) < cost[j])
                {
                    (cost[j], parent[j], negated[j]) = (Math.Min(minus, plus), next, plus < minus);
                }
            }
        }

        if (total * 20 > plain * 19)
        {
            return null;
        }

        var network = new SumNetwork(inputs, outputs);
        var signal = new int[outputs];
        var column = new long[inputs];
        foreach (var j in order)
        {
            signal[j] = network.Allocate();
            for (var i = 0; i < inputs; i++)
            {
                column[i] = matrix[i, j] - (parent[j] < 0 ? 0 : (negated[j] ? -1L : 1L) * matrix[i, parent[j]]);
            }

            InsertDigits(network, signal[j], column);
            if (parent[j] >= 0)
            {
                network.Insert(signal[j], new(signal[parent[j]], 0, negated[j]));
            }

            network.Insert(inputs + j, new(signal[j], 0, false));
            network.Settle();
        }

        network.Commit();
        return network;
    }

    /// <summary>Digits of column <paramref name="j"/> plus <paramref name="sign"/> times column <paramref name="other"/>.</summary>
    private static int DigitsBetween(IntegerMatrix matrix, int j, int other, int sign)
    {
        var digits = 0;
        for (var i = 0; i < matrix.Inputs; i++)
        {
            digits += SignedDigits.Count(sign == 0 ? matrix[i, j] : matrix[i, j] + ((long)sign * matrix[i, other]));
        }

        return digits;
    }

    private static void ReadColumn(IntegerMatrix matrix, int j, long[] column)
    {
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = matrix[i, j];
        }
    }

    private static void InsertDigits(SumNetwork network, int sum, long[] column)
    {
        Span<SignedDigit> digits = stackalloc SignedDigit[SignedDigits.MaxCount];
        for (var i = 0; i < column.Length; i++)
        {
            foreach (var digit in digits[..SignedDigits.Write(column[i], digits)])
            {
                network.Insert(sum, new(i, digit.Shift, digit.Negative));
            }
        }
    }
}
