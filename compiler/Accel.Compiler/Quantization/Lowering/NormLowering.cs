using Accel.Compiler.Quantization.Ops;
using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Compiler.Quantization.Lowering;

/// <summary>RMS norms: into the matrix input behind them where only matrices read them, else as a value.</summary>
internal static class NormLowering
{
    public static void Norm(LoweringContext context, Node node)
    {
        var users = context.UsersOf(node.Result);
        if (context.Options.FuseNorms && users.Count > 0 && users.All(user => user.Op is Linear) && WeightLength(node) == LoweringContext.WidthOf(node.Result))
        {
            context.PendingNorms.Add(node.Result, node);
            return;
        }

        AsValue(context, node);
    }

    /// <summary>The codes of a matrix input; norm factors that were folded into columns are returned with them.</summary>
    public static (CodeValue Codes, double[]? ColumnFactors) Codes(LoweringContext context, Value value)
    {
        var source = context.PendingNorms.GetValueOrDefault(value);
        var factors = source is not null && Folds(context, source) ? Weight(context, source) : null;
        if (context.Codes.TryGetValue(value, out var known))
        {
            return (known, factors);
        }

        var codes = source is null ? Plain(context, value) : Fused(context, source);
        context.Codes.Add(value, codes);
        return (codes, factors);
    }

    private static CodeValue Plain(LoweringContext context, Value value)
    {
        var input = context[value];
        var (mantissa, exponent) = LoweringContext.Mantissa(1.0 / Limit(context, input.Name));
        var shift = input.Format.Bits == 32 ? 16 : 0;
        var codes = context.DefineCodes(input.Name, input.Width, input.Format.Fraction + exponent - shift);
        context.Ops.Add(new QuantizeRows(input, codes, null, mantissa, shift));
        return codes;
    }

    private static CodeValue Fused(LoweringContext context, Node node)
    {
        var input = context[node.Operands[0]];
        var weight = Folds(context, node) ? null : Weight(context, node);
        var norm = Constants(context, node, input, input.Width);
        var factor = 1.0;
        if (!Folds(context, node))
        {
            factor = weight is null ? 1 : Math.ScaleB(1, Math.ILogB(Math.Max(weight.Max(Math.Abs), 1e-30)) + 1);
            norm = norm with
            {
                Weight = weight is null
                    ? new(WeightName(node), input.Width, 16)
                    : new(WeightName(node), input.Width, 16) { Values = [.. weight.Select(w => (int)Math.Clamp(Math.Round(w / factor * 32768), -32767, 32767))] },
            };
        }

        var (mantissa, exponent) = LoweringContext.Mantissa(Math.Sqrt(input.Width) * factor / Limit(context, node.Result.Name));
        var codes = context.DefineCodes(node.Result.Name, input.Width, 30 + exponent - 16);
        context.Ops.Add(new QuantizeRows(input, codes, norm, mantissa, 16));
        return codes;
    }

    private static void AsValue(LoweringContext context, Node node)
    {
        var input = context[node.Operands[0]];
        var run = (int)node.Result.Type.Shape.Last.Value;
        var length = WeightLength(node);
        var factor = Math.Sqrt(run);
        var weight = context.HasWeights ? Array.ConvertAll(Weight(context, node)!, w => w * factor) : null;
        var (vector, exponent) = LoweringContext.Mantissas(WeightName(node), length, weight);
        var output = context.Define(node.Result, context.FormatOf(node.Result, context.Options.ValueBits));
        context.Ops.Add(new QuantizedRmsNorm(
            input, output, run, Constants(context, node, input, run) with { Weight = vector }, 24 + exponent - output.Format.Fraction));
    }

    /// <summary>Whether the weight goes into the columns of all matrices behind: each of them must be read here alone.</summary>
    private static bool Folds(LoweringContext context, Node norm) =>
        ((RmsNorm)norm.Op).Weighted is false || (context.Options.FoldNormWeights && context.UsersOf(norm.Result).All(user => context.UsersOf(user.Operands[1]).Count == 1));

    private static int WeightLength(Node norm) =>
        ((RmsNorm)norm.Op).Weighted ? checked((int)norm.Operands[1].Type.Shape.Elements) : (int)norm.Result.Type.Shape.Last.Value;

    private static string WeightName(Node norm) => ((RmsNorm)norm.Op).Weighted ? norm.Operands[1].Name : $"{norm.Result.Name}.ones";

    /// <summary>The norm's factors per column; null in a shape-only model.</summary>
    private static double[]? Weight(LoweringContext context, Node norm)
    {
        var op = (RmsNorm)norm.Op;
        if (!context.HasWeights)
        {
            return null;
        }

        return op.Weighted
            ? Array.ConvertAll(context.ConstantOf(norm.Operands[1])!, w => op.UnitOffset ? 1 + w : w)
            : [.. Enumerable.Repeat(1.0, WeightLength(norm))];
    }

    /// <summary>Epsilon times the run, in the squares of the normalised row: <c>n eps 2^(2 f - 22)</c> at headroom 0.</summary>
    private static RowNorm Constants(LoweringContext context, Node node, LaneValue input, int run)
    {
        var epsilon = Math.ScaleB(((RmsNorm)node.Op).Epsilon * run, (2 * input.Format.Fraction) - 22);
        if (epsilon == 0)
        {
            return new(0, 0, 30, null);
        }

        var shift = 29 - Math.ILogB(epsilon);
        return new((int)Math.Round(Math.ScaleB(epsilon, shift)), shift, Math.Clamp((shift + 31) / 2, 0, 30), null);
    }

    private static int Limit(LoweringContext context, string value) => (1 << (context.CodeBitsOf(value) - 1)) - 1;
}
