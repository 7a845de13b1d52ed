using Accel.Compiler.Quantization.Ops;
using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Compiler.Quantization.Lowering;

/// <summary>Convolutions and recurrences, with the formats of their states.</summary>
internal static class RecurrenceLowering
{
    public static void CausalConv(LoweringContext context, Node node)
    {
        var input = context[node.Operands[0]];
        var output = context.Define(node.Results[0], context.FormatOf(node.Results[0], context.Options.ValueBits));
        var weight = node.Operands[1];
        var taps = (int)weight.Type.Shape.Last.Value;
        var (vector, exponent) = LoweringContext.Mantissas(weight.Name, input.Width * taps, context.ConstantOf(weight));
        var bias = ((CausalConv)node.Op).Bias ? node.Operands[2] : null;
        context.Ops.Add(new QuantizedCausalConv(
            input,
            output,
            context.AddState(new ConvState(node.Operands[^1].Name, taps - 1, input.Width, input.Format)),
            vector,
            bias is null ? null : LoweringContext.Lanes(bias.Name, input.Width, context.ConstantOf(bias), output.Format),
            exponent + input.Format.Fraction - output.Format.Fraction));
    }

    public static void RgLru(LoweringContext context, Node node)
    {
        var (u, i, r) = (context[node.Operands[0]], context[node.Operands[1]], context[node.Operands[2]]);
        var output = context.Define(node.Results[0], context.FormatOf(node.Results[0], context.Options.ValueBits));
        var state = context.AddState(new RecurrentState(node.Operands[4].Name, u.Width, context.FormatOf(node.Results[0], 32)));
        var c = ((RgLru)node.Op).C;
        var lambda = context.ConstantOf(node.Operands[3]);
        var decay = lambda is null ? null : Array.ConvertAll(lambda, x => c * (Math.Max(x, 0) + double.LogP1(Math.Exp(-Math.Abs(x)))) * Math.Log2(Math.E));
        var (vector, exponent) = LoweringContext.Mantissas(node.Operands[3].Name, u.Width, decay);
        context.Ops.Add(new QuantizedRgLru(
            u,
            i,
            r,
            output,
            state,
            vector,
            r.Format.Fraction + exponent - QuantizedRgLru.DecayFraction,
            u.Format.Fraction + i.Format.Fraction - state.Format.Fraction,
            state.Format.Fraction - output.Format.Fraction));
    }

    public static void SelectiveScan(LoweringContext context, Node node)
    {
        var operands = node.Operands;
        var (x, dt, b, c) = (context[operands[0]], context[operands[1]], context[operands[3]], context[operands[4]]);
        var output = context.Define(node.Results[0], context.FormatOf(node.Results[0], context.Options.ValueBits));
        var a = context.ConstantOf(operands[2]);
        if (a is not null && a.Any(rate => rate >= 0))
        {
            throw context.Unsupported(node.Results[0], "a recurrence whose rates A are negative");
        }

        var elements = checked((int)operands[2].Type.Shape.Elements);
        var decay = a is null ? null : Array.ConvertAll(a, rate => -rate * Math.Log2(Math.E));
        var (decayVector, decayExponent) = LoweringContext.Mantissas(operands[2].Name, elements, decay);
        var (skip, skipExponent) = LoweringContext.Mantissas(operands[5].Name, x.Width, context.ConstantOf(operands[5]));

        // dt x is no value of the float graph, nor is the state: their ranges follow from those of their factors. With a decay of
        // exp(-dt |A|) the state stays below max|x B| max(dt / (1 - exp(-dt |A|))), and that quotient below dt + 1 / |A|.
        var (greatestStep, greatestX) = (context.RangeOf(operands[1]), context.RangeOf(operands[0]));
        var slowest = a is null ? 1 : a.Min(rate => -rate);
        var step = context.FormatFor(greatestStep * greatestX, 32);
        var state = context.AddState(new RecurrentState(
            operands[6].Name, elements, context.FormatFor(greatestX * context.RangeOf(operands[3]) * (greatestStep + (1 / slowest)), 32)));
        context.Ops.Add(new QuantizedSelectiveScan(
            x,
            dt,
            b,
            c,
            output,
            state,
            decayVector,
            skip,
            dt.Format.Fraction + x.Format.Fraction - step.Fraction,
            dt.Format.Fraction + decayExponent - QuantizedRgLru.DecayFraction,
            step.Fraction + b.Format.Fraction - state.Format.Fraction,
            state.Format.Fraction + c.Format.Fraction - output.Format.Fraction,
            x.Format.Fraction + skipExponent - output.Format.Fraction));
    }
}
