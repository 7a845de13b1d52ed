using Accel.Compiler.Quantization.Ops;
using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Compiler.Quantization.Lowering;

/// <summary>Sums, products and slices of lanes.</summary>
internal static class ElementwiseLowering
{
    public static void Binary(LoweringContext context, Node node)
    {
        var op = ((Binary)node.Op).Operator;
        if (node.Operands.Any(LoweringContext.IsConstant) || LoweringContext.WidthOf(node.Operands[0]) != LoweringContext.WidthOf(node.Operands[1]))
        {
            throw context.Unsupported(node.Result, "two computed values of one width");
        }

        var (left, right) = (context[node.Operands[0]], context[node.Operands[1]]);
        switch (op)
        {
            case BinaryOperator.Multiply:
                var product = context.Define(node.Result, context.FormatOf(node.Result, context.Options.ValueBits));
                context.Ops.Add(new QuantizedMultiply(left, right, product, left.Format.Fraction + right.Format.Fraction - product.Format.Fraction));
                break;
            case BinaryOperator.Add or BinaryOperator.Subtract:
                var sum = context.Define(node.Result, context.FormatOf(node.Result, context.Options.ResidualBits));
                // Both come to the finer fraction, as far as 31 + 30 bits hold it.
                var (a, b) = (left.Format.Fraction, right.Format.Fraction);
                var common = Math.Min(Math.Max(a, b), Math.Min(a, b) + 30);
                context.Ops.Add(new QuantizedAdd(
                    left, right, sum, op == BinaryOperator.Add ? 1 : -1, a - common, b - common, common - sum.Format.Fraction));
                break;
            default:
                throw context.Unsupported(node.Result, "add, subtract or multiply");
        }
    }

    public static void Split(LoweringContext context, Node node)
    {
        var input = context[node.Operands[0]];
        var start = 0;
        foreach (var result in node.Results)
        {
            var output = context.Define(result, context.FormatOf(result, context.Options.ValueBits));
            context.Ops.Add(new QuantizedSlice(input, output, start, input.Format.Fraction - output.Format.Fraction));
            start += output.Width;
        }
    }
}
