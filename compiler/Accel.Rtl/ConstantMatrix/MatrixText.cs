using System.Globalization;
using Accel.Core.Diagnostics;

namespace Accel.Rtl.ConstantMatrix;

/// <summary>
/// A matrix as text: <c>n_in n_out</c>, then n_in rows of n_out whole numbers, <c>W[i][j]</c> in row i. Numbers stand between white space
/// of any kind.
/// </summary>
public static class MatrixText
{
    /// <summary>Inputs, and outputs, at most.</summary>
    public const int LongestSide = 4096;

    /// <summary>Weights at most.</summary>
    public const int MostWeights = 1 << 20;

    /// <summary>Bytes of a text that can hold a matrix of that size, with room for layout.</summary>
    public const int MostBytes = 1 << 25;

    /// <summary>Nonzero canonical signed digits at most.</summary>
    private const long MostDigits = 1 << 22;

    /// <param name="name">The file, as errors name it.</param>
    /// <param name="text">What stands in it.</param>
    /// <exception cref="InputException">No matrix, or one beyond the limits.</exception>
    public static IntegerMatrix Parse(string name, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = new Reader(name, text);
        var inputs = reader.Next("the number of inputs", 1, LongestSide);
        var outputs = reader.Next("the number of outputs", 1, LongestSide);
        if ((long)inputs * outputs > MostWeights)
        {
            throw new InputException(name, "", $"at most {MostWeights} weights", $"{inputs} x {outputs}");
        }

        // Two characters a weight at least: a short text cannot ask for a large matrix.
        if (text.Length < 2L * inputs * outputs)
        {
            throw new InputException(name, "", $"{(long)inputs * outputs} weights", $"{text.Length} characters");
        }

        var weights = new int[inputs * outputs];
        for (var k = 0; k < weights.Length; k++)
        {
            weights[k] = reader.Next($"W[{k / outputs}][{k % outputs}], a whole number of 32 bits", int.MinValue, int.MaxValue);
        }

        reader.ExpectEnd($"the end after {inputs} x {outputs} weights");
        var matrix = new IntegerMatrix(inputs, outputs, weights);
        return matrix.Digits <= MostDigits
            ? matrix
            : throw new InputException(name, "", $"at most {MostDigits} nonzero signed digits", $"{matrix.Digits}");
    }

    private sealed class Reader(string name, string text)
    {
        private int _position;
        private int _line = 1;
        private int _lineStart;

        public int Next(string expected, int least, int most)
        {
            SkipSpace();
            var start = _position;
            while (_position < text.Length && !char.IsWhiteSpace(text[_position]))
            {
                _position++;
            }

            var word = text.AsSpan(start, _position - start);
            if (int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            {
                return value;
            }

            throw Fault(start, least == int.MinValue ? expected : $"{expected}, {least} to {most}");
        }

        public void ExpectEnd(string expected)
        {
            SkipSpace();
            if (_position < text.Length)
            {
                throw Fault(_position, expected);
            }
        }

        private void SkipSpace()
        {
            for (; _position < text.Length && char.IsWhiteSpace(text[_position]); _position++)
            {
                if (text[_position] == '\n')
                {
                    (_line, _lineStart) = (_line + 1, _position + 1);
                }
            }
        }

        private InputException Fault(int start, string expected)
        {
            const int LongestQuote = 24;
            var end = start;
            while (end < text.Length && !char.IsWhiteSpace(text[end]) && end - start < LongestQuote)
            {
                end++;
            }

            var found = end == start ? "the end of the text" : $"'{text[start..end]}'";
            return new(name, $"{_line}:{start - _lineStart + 1}", expected, found);
        }
    }
}
