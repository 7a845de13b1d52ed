namespace Accel.Rtl.ConstantMatrix;

/// <summary>A matrix of constants, <c>[inputs, outputs]</c>: <c>y[j] = sum over i of x[i] * W[i, j]</c>.</summary>
public sealed class IntegerMatrix
{
    private readonly int[] _weights;

    /// <param name="inputs">Rows, at least 1.</param>
    /// <param name="outputs">Columns, at least 1.</param>
    /// <param name="weights">Row by row, <paramref name="inputs"/> times <paramref name="outputs"/> of them; owned by the matrix from here on.</param>
    /// <exception cref="ArgumentException">The number of weights is another.</exception>
    public IntegerMatrix(int inputs, int outputs, int[] weights)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Length != (long)inputs * outputs)
        {
            throw new ArgumentException($"{inputs} x {outputs} takes {(long)inputs * outputs} weights, not {weights.Length}", nameof(weights));
        }

        (Inputs, Outputs, _weights) = (inputs, outputs, weights);
    }

    /// <summary>Entries of the vector that is multiplied.</summary>
    public int Inputs { get; }

    /// <summary>Entries of the product.</summary>
    public int Outputs { get; }

    public int this[int input, int output] => _weights[(input * Outputs) + output];

    /// <summary>All weights, row by row.</summary>
    public ReadOnlySpan<int> Weights => _weights;

    /// <summary>Nonzero canonical signed digits of the whole matrix: the adders of a design that shares nothing, plus one for each output.</summary>
    public long Digits => _weights.Sum(weight => (long)SignedDigits.Count(weight));

    /// <summary>
    /// Levels of two-input adders that the matrix takes at least: the greatest over the outputs of <c>ceil(log2(nonzero canonical signed
    /// digits of the column))</c>.
    /// </summary>
    /// <remarks>A sum has at most as many nonzero digits as its operands together, so d levels reach 2^d digits.</remarks>
    public int MinimumDepth
    {
        get
        {
            var depth = 0;
            for (var j = 0; j < Outputs; j++)
            {
                var digits = 0L;
                for (var i = 0; i < Inputs; i++)
                {
                    digits += SignedDigits.Count(this[i, j]);
                }

                depth = Math.Max(depth, CeilingLog2(digits));
            }

            return depth;
        }
    }

    internal static int CeilingLog2(long count) => count <= 1 ? 0 : 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(count - 1));
}
