namespace Accel.Rtl.ConstantMatrix;

/// <summary>A part of a matrix that is optimised alone.</summary>
/// <param name="FirstInput">Input of the whole that is input 0 of the tile.</param>
/// <param name="FirstOutput">Output of the whole that is output 0 of the tile.</param>
/// <param name="Matrix">The part.</param>
/// <param name="AllowedWeights">The part of each output's <c>2^depth</c> that the tile may use.</param>
internal sealed record Tile(int FirstInput, int FirstOutput, IntegerMatrix Matrix, long[] AllowedWeights);

/// <summary>What one search may have to go through.</summary>
/// <param name="Side">Inputs, and outputs, at most.</param>
/// <param name="Pairs">Pairs of digits that stand in one column, over all columns, at most: what the count of pairs starts with.</param>
internal readonly record struct TileLimits(int Side, long Pairs);

/// <summary>Cuts a matrix into tiles of bounded effort.</summary>
internal static class Tiling
{
    /// <param name="matrix">The whole.</param>
    /// <param name="depth">Levels that the whole may have; at least its minimum.</param>
    public static List<Tile> Of(IntegerMatrix matrix, int depth, TileLimits limits)
    {
        var digits = new long[matrix.Outputs];
        for (var i = 0; i < matrix.Inputs; i++)
        {
            for (var j = 0; j < matrix.Outputs; j++)
            {
                digits[j] += SignedDigits.Count(matrix[i, j]);
            }
        }

        var (inputParts, outputParts) = (Parts(matrix.Inputs, limits.Side), Parts(matrix.Outputs, limits.Side));
        while (digits.Sum(count => (double)count * count) / 2 / outputParts / inputParts / inputParts > limits.Pairs)
        {
            _ = matrix.Inputs / inputParts > matrix.Outputs / outputParts && inputParts < matrix.Inputs ? inputParts++ : outputParts++;
        }

        var tiles = new List<Tile>();
        for (var p = 0; p < inputParts; p++)
        {
            for (var q = 0; q < outputParts; q++)
            {
                tiles.Add(Cut(matrix, Bounds(matrix.Inputs, inputParts, p), Bounds(matrix.Outputs, outputParts, q), digits, depth));
            }
        }

        return tiles;
    }

    private static int Parts(int length, int most) => (length + most - 1) / most;

    private static Range Bounds(int length, int parts, int part) => (int)((long)length * part / parts)..(int)((long)length * (part + 1) / parts);

    private static Tile Cut(IntegerMatrix matrix, Range inputs, Range outputs, long[] digits, int depth)
    {
        var (firstInput, firstOutput) = (inputs.Start.Value, outputs.Start.Value);
        var (height, width) = (inputs.End.Value - firstInput, outputs.End.Value - firstOutput);
        var weights = new int[height * width];
        var allowed = new long[width];
        for (var j = 0; j < width; j++)
        {
            var own = 0L;
            for (var i = 0; i < height; i++)
            {
                weights[(i * width) + j] = matrix[firstInput + i, firstOutput + j];
                own += SignedDigits.Count(weights[(i * width) + j]);
            }

            // In proportion to the digits: never less than the digits, since all of them together fit.
            allowed[j] = own == 0 ? 0 : (long)((Int128)own * (1L << depth) / digits[firstOutput + j]);
        }

        return new(firstInput, firstOutput, new(height, width, weights), allowed);
    }
}
