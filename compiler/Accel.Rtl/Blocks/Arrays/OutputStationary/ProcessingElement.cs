using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays.OutputStationary;

/// <summary>
/// A multiplier of the array with its sum. Activations go on to the right, weights and mantissas downwards, one element a cycle. A finished
/// sum is put into a register beside and shifted down from there, while the next sum begins.
/// </summary>
internal static class ProcessingElement
{
    public static Module Build(ArrayOptions options)
    {
        var m = new Module(
            $"{options.Name}_pe",
            $"Multiplier of the array with a sum: dot (+)= activation * weight{(options.HasMantissas ? "; sum (+)= mantissa * dot at the end of a group" : "")}. A finished sum moves to held, which the rows above shift down.");
        var activation = m.InputSigned("activation", options.ActivationWidth);
        var weight = m.Input("weight", options.WeightBits);
        var step = m.Input("step", comment: "activation and weight are to be multiplied");
        var begins = m.Input("begins", comment: "with step: the first product of a group");
        var finish = m.Input("finish", comment: "the sum of the products before this cycle is complete");
        var factor = ByteFactor.OfWeight(m, options, weight, () => m.Input("weight_part"));
        var exact = m.Wire("product", activation * factor);
        var product = options.Parts > 1 ? m.Wire("placed", ByteFactor.Placed(exact, m.Input("part_places", 2, "bytes to the left"))) : exact;

        var dot = m.RegisterSigned("dot", options.DotBits, comment: "sum of the products of a group");
        dot.Next(step, (begins.Select(Signed.Constant(options.DotBits, 0), dot.Value) + product).Resize(options.DotBits));
        var sum = options.HasMantissas ? Scaled(m, dot.Value) : dot.Value.Resize(ArrayOptions.SumBits);

        var held = m.Register("held", ArrayOptions.SumBits, comment: "a finished sum, or one of the rows above on its way down");
        held.Next(finish, sum.AsUnsigned());
        if (options.Height > 1)
        {
            held.Next(m.Input("shift", comment: "held takes what the element above holds"), m.Input("held_in", ArrayOptions.SumBits));
        }

        m.Output("activation_out", m.Delay("activation_next", activation));
        m.Output("weight_out", m.Delay("weight_next", weight));
        m.Output("held_out", held);
        return m;
    }

    /// <summary>The sum with the group that has just ended.</summary>
    private static Signed Scaled(Module m, Signed dot)
    {
        var scale = m.Input("scale", comment: "the group's products are all in dot");
        var first = m.Input("first_group", comment: "with scale: no group came before");
        var mantissa = m.Input("mantissa", ArrayOptions.MantissaBits);
        m.Output("mantissa_out", m.Delay("mantissa_next", mantissa));
        var sum = m.RegisterSigned("sum", ArrayOptions.SumBits);
        var scaled = m.Wire("scaled", dot * m.Wire("factor", mantissa.ToSigned()));
        var next = m.Wire("sum_next", (first.Select(Signed.Constant(ArrayOptions.SumBits, 0), sum.Value) + scaled).Resize(ArrayOptions.SumBits));
        sum.Next(scale, next);
        return next;
    }
}
