using Accel.Rtl.ConstantMatrix.Sharing;

namespace Accel.Rtl.ConstantMatrix.Graphs;

/// <summary>Whether a graph computes a matrix: what was compared, and how much of it differed.</summary>
/// <param name="WrongWeights">Weights that differ from the coefficients of the outputs.</param>
/// <param name="Vectors">Vectors that both were applied to.</param>
/// <param name="WrongProducts">Entries of those products that differed.</param>
public sealed record GraphProof(long WrongWeights, int Vectors, long WrongProducts)
{
    private const int RandomVectors = 64;

    /// <summary>No difference anywhere.</summary>
    public bool Exact => WrongWeights == 0 && WrongProducts == 0;

    /// <summary>
    /// Compares twice: the coefficients of each output, which decides it, and the products with int8 vectors, which runs the graph as
    /// hardware would: random ones, all zero, all at either end, ends by turns, and for some outputs the vector that drives it furthest.
    /// </summary>
    public static GraphProof Of(AdderGraph graph, IntegerMatrix matrix)
    {
        if (graph.Inputs != matrix.Inputs || graph.Outputs.Length != matrix.Outputs)
        {
            throw new ArgumentException($"a graph of {graph.Inputs} x {graph.Outputs.Length} for a matrix of {matrix.Inputs} x {matrix.Outputs}");
        }

        var wrongProducts = 0L;
        var vectors = 0;
        foreach (var x in TestVectors(matrix))
        {
            vectors++;
            wrongProducts += WrongEntries(graph, matrix, x);
        }

        return new(WrongCoefficients(graph, matrix), vectors, wrongProducts);
    }

    private static long WrongCoefficients(AdderGraph graph, IntegerMatrix matrix)
    {
        var wrong = 0L;
        Coefficients.Visit(graph, (first, width, block) =>
        {
            for (var j = 0; j < matrix.Outputs; j++)
            {
                var output = graph.Outputs[j];
                var factor = output.IsZero ? 0 : (output.Negate ? -1L : 1L) << output.Shift;
                for (var i = first; i < Math.Min(first + width, matrix.Inputs); i++)
                {
                    var coefficient = output.IsZero ? 0 : block[((long)output.Signal * width) + i - first];
                    wrong += checked(factor * coefficient) == matrix[i, j] ? 0 : 1;
                }
            }
        });
        return wrong;
    }

    private static long WrongEntries(AdderGraph graph, IntegerMatrix matrix, long[] x)
    {
        var expected = new long[matrix.Outputs];
        for (var i = 0; i < matrix.Inputs; i++)
        {
            for (var j = 0; j < matrix.Outputs; j++)
            {
                expected[j] += x[i] * matrix[i, j];
            }
        }

        var wrong = 0L;
        var y = graph.Evaluate(x);
        for (var j = 0; j < y.Length; j++)
        {
            wrong += y[j] == expected[j] ? 0 : 1;
        }

        return wrong;
    }

    private static IEnumerable<long[]> TestVectors(IntegerMatrix matrix)
    {
        var range = ValueRange.Int8;
        yield return Vector(matrix, _ => 0);
        yield return Vector(matrix, _ => range.Min);
        yield return Vector(matrix, _ => range.Max);
        yield return Vector(matrix, i => i % 2 == 0 ? range.Min : range.Max);
        yield return Vector(matrix, i => i % 2 == 0 ? range.Max : range.Min);
        for (var j = 0; j < Math.Min(matrix.Outputs, RandomVectors); j++)
        {
            var output = j;
            yield return Vector(matrix, i => matrix[i, output] < 0 ? range.Min : range.Max);
            yield return Vector(matrix, i => matrix[i, output] < 0 ? range.Max : range.Min);
        }

        var draw = new Draw(1);
        for (var n = 0; n < RandomVectors; n++)
        {
            yield return Vector(matrix, _ => range.Min + draw.Below(256));
        }
    }

    private static long[] Vector(IntegerMatrix matrix, Func<int, long> value)
    {
        var x = new long[matrix.Inputs];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = value(i);
        }

        return x;
    }
}
