using Accel.Compiler.Quantization.Ops;
using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Compiler.Quantization.Lowering;

/// <summary>Embedding tables, matrices and the biases behind them.</summary>
internal static class MatrixLowering
{
    public static void Embedding(LoweringContext context, Node node)
    {
        var table = node.Operands[1];
        var matrix = Matrix(context, table, null, () => TableGram(context, table));
        var output = context.Define(node.Result, context.FormatOf(node.Result, context.Options.ResidualBits));
        context.Ops.Add(new QuantizedEmbedding(output, matrix, matrix.Exponent - output.Format.Fraction));
    }

    public static void Linear(LoweringContext context, Node node)
    {
        var (codes, factors) = NormLowering.Codes(context, node.Operands[0]);
        var matrix = Matrix(context, node.Operands[1], factors, () => Unscaled(context.GramOf(node.Operands[0]), factors));
        var bias = ((Linear)node.Op).Bias ? node.Operands[2] : null;
        Multiply(context, node, codes, matrix, 1, bias);
    }

    public static void BlockLinear(LoweringContext context, Node node)
    {
        var (codes, _) = NormLowering.Codes(context, CalibrationSource(node.Operands[0]));
        var parameter = node.Operands[1];
        var shape = parameter.Type.Shape.Dims;
        var inputMajor = ((BlockLinear)node.Op).InputMajor;
        var (blocks, rows, columns) = ((int)shape[0].Value, (int)shape[inputMajor ? 2 : 1].Value, (int)shape[inputMajor ? 1 : 2].Value);
        var matrix = context.Matrix(
            parameter.Name,
            blocks * rows,
            columns,
            () => inputMajor ? Transposed(context.ConstantOf(parameter)!, blocks, columns, rows) : context.ConstantOf(parameter),
            () => null);
        Multiply(context, node, codes, matrix, blocks, null);
    }

    /// <summary>Emits the product; a constant that is added behind it becomes the bias.</summary>
    private static void Multiply(LoweringContext context, Node node, CodeValue codes, WeightMatrix matrix, int blocks, Value? bias)
    {
        var result = node.Result;
        if (bias is null && context.UsersOf(result) is [{ Op: Binary { Operator: BinaryOperator.Add } } add])
        {
            var other = ReferenceEquals(add.Operands[0], result) ? add.Operands[1] : add.Operands[0];
            if (LoweringContext.IsConstant(other) && other.Type.Shape.Elements == matrix.Rows)
            {
                context.Absorbed.Add(add);
                (bias, result) = (other, add.Result);
            }
        }

        var isHead = context.Graph.Outputs.Any(output => ReferenceEquals(output.Value, result));
        var format = isHead ? context.FormatOf(result, 32)
            : context.UsersOf(result).Select(user => user.Op is Rope ? user.Result : null).FirstOrDefault(rotated => rotated is not null) is { } turned
                ? context.FormatFor(Math.Max(context.RangeOf(result), context.RangeOf(turned)), context.Options.ValueBits)
                : context.FormatOf(result, context.Options.ValueBits);
        var output = context.Define(result, format);
        var bits = codes.CodeBits - 1 + LoweringContext.CountBits(matrix.CodeLimit + 1) + 16 + LoweringContext.CountBits(matrix.Columns);
        var sumShift = Math.Max(0, bits - 31);
        context.Ops.Add(new QuantizedLinear(
            codes,
            output,
            matrix,
            blocks,
            bias is null ? null : LoweringContext.Lanes(bias.Name, matrix.Rows, context.ConstantOf(bias), format),
            sumShift,
            matrix.Exponent + codes.ScaleFraction - sumShift - format.Fraction));
    }

    private static WeightMatrix Matrix(LoweringContext context, Value parameter, double[]? columnFactors, Func<double[]?> gram)
    {
        var (rows, columns) = (checked((int)parameter.Type.Shape.Dims[0].Value), checked((int)parameter.Type.Shape.Last.Value));
        return context.Matrix(parameter.Name, rows, columns, Weights, gram);

        double[]? Weights()
        {
            var weights = context.ConstantOf(parameter)!;
            for (var i = 0; columnFactors is not null && i < weights.Length; i++)
            {
                weights[i] *= columnFactors[i % columns];
            }

            return weights;
        }
    }

    /// <summary>A table that is the head as well is coded for the head's inputs.</summary>
    private static double[]? TableGram(LoweringContext context, Value table) =>
        context.UsersOf(table).FirstOrDefault(user => user.Op is Linear) is { } head ? context.GramOf(head.Operands[0]) : null;

    /// <summary>Second moments of the norm before its weight.</summary>
    private static double[]? Unscaled(double[]? gram, double[]? factors)
    {
        if (gram is null || factors is null)
        {
            return gram;
        }

        var n = factors.Length;
        var unscaled = new double[gram.Length];
        for (var i = 0; i < gram.Length; i++)
        {
            var factor = factors[i / n] * factors[i % n];
            unscaled[i] = factor == 0 ? 0 : gram[i] / factor;
        }

        return unscaled;
    }

    private static Value CalibrationSource(Value value) => Calibration.CalibrationCollector.Source(value);

    /// <summary><c>[blocks, columns, rows]</c> to <c>[blocks * rows, columns]</c>.</summary>
    private static double[] Transposed(double[] weights, int blocks, int columns, int rows)
    {
        var transposed = new double[weights.Length];
        for (var b = 0; b < blocks; b++)
        {
            for (var c = 0; c < columns; c++)
            {
                for (var r = 0; r < rows; r++)
                {
                    transposed[(((b * rows) + r) * columns) + c] = weights[(((b * columns) + c) * rows) + r];
                }
            }
        }

        return transposed;
    }
}
