using Accel.Compiler.Quantization.Arithmetic;
using Accel.Compiler.Quantization.Ops;
using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Compiler.Quantization.Lowering;

/// <summary>Functions of one number: their tables.</summary>
internal static class TableLowering
{
    public static void Unary(LoweringContext context, Node node)
    {
        var input = context[node.Operands[0]];
        var function = ((Unary)node.Op).Function;
        var (use, sampled, reach) = function switch
        {
            UnaryFunction.Sigmoid => (TableUse.Value, (Func<double, double>)Sigmoid, 16),
            UnaryFunction.Tanh => (TableUse.Value, Math.Tanh, 8),
            UnaryFunction.Silu => (TableUse.Gate, Sigmoid, 16),
            UnaryFunction.GeluTanh => (TableUse.Gate, GeluTanhGate, 8),
            UnaryFunction.GeluErf => (TableUse.Gate, NormalDistribution, 8),
            UnaryFunction.Softplus => (TableUse.Remainder, u => double.LogP1(Math.Exp(-u)), 16),
            _ => throw context.Unsupported(node.Result, "sigmoid, tanh, silu, gelu or softplus"),
        };
        // Sigmoid and tanh reach 1, no more. The small results of a softplus matter as much as the great ones: they are step sizes.
        var format = use switch
        {
            TableUse.Value => new FixedFormat(16, 15),
            TableUse.Gate => context.FormatOf(node.Result, context.Options.ValueBits),
            _ => context.FormatOf(node.Result, 32),
        };
        var output = context.Define(node.Result, format);
        var (fraction, inputFraction) = (use == TableUse.Remainder ? 28 : context.Options.TableFraction, input.Format.Fraction);
        var reachBits = Math.Clamp(System.Numerics.BitOperations.Log2((uint)reach) + inputFraction, 0, input.Format.Bits - 1);
        var table = use == TableUse.Remainder
            ? LookupTable.Sample(sampled, inputFraction, 0, 1L << reachBits, context.Options.TableSegments, fraction)
            : LookupTable.Sample(sampled, inputFraction, reachBits == 31 ? int.MinValue : -(1 << reachBits), 1L << (reachBits + 1), context.Options.TableSegments, fraction);
        var outputShift = fraction - format.Fraction + (use == TableUse.Gate ? inputFraction : 0);
        context.Ops.Add(new QuantizedTable(input, output, OpAttributes.Word(function), table, use, fraction - inputFraction, outputShift));
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary><c>gelu_tanh(x) / x</c>: half of one plus a hyperbolic tangent is a sigmoid of twice the argument.</summary>
    private static double GeluTanhGate(double x) => Sigmoid(2 * Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)));

    /// <summary><c>gelu_erf(x) / x</c>, by the series of the error function near 0 and its continued fraction beyond.</summary>
    private static double NormalDistribution(double x)
    {
        var z = Math.Abs(x);
        double upperTail;
        if (z < 3)
        {
            var (term, sum) = (z, z);
            for (var n = 1; n < 60; n++)
            {
                term *= z * z / ((2 * n) + 1);
                sum += term;
            }

            upperTail = 0.5 - (sum * Density(z));
        }
        else
        {
            var fraction = z;
            for (var n = 60; n >= 1; n--)
            {
                fraction = z + (n / fraction);
            }

            upperTail = Density(z) / fraction;
        }

        return x >= 0 ? 1 - upperTail : upperTail;
    }

    private static double Density(double z) => Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
}
