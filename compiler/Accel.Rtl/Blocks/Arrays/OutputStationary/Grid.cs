using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays.OutputStationary;

/// <summary>
/// Rows of elements that hold sums: activations go to the right, weights and mantissas downwards. A finished sum waits in its element until
/// the lowest of its column is finished too; then the column's sums leave at its foot, one a cycle.
/// </summary>
internal static class Grid
{
    /// <returns>What leaves at the foot of each column of each band.</returns>
    public static Signed[] Build(Module m, ArrayOptions options, Instance sequencer, Wave wave)
    {
        var bytes = m.Input("activation_data", 8 * options.Height, "byte activation_part of input activation_start, of the rows from activation_row on");
        Start(options, sequencer, wave);
        var element = ProcessingElement.Build(options);
        var rows = Enumerable.Range(0, options.Height).Select(h => Activation(m, options, sequencer, bytes, h)).ToArray();
        var left = new Unsigned[options.Lanes];
        for (var band = 0; band < options.Fold; band++)
        {
            var activations = rows.ToArray();
            for (var c = 0; c < options.Columns; c++)
            {
                var lane = (band * options.Columns) + c;
                var weight = Skewed(m, "weight", sequencer["codes"], lane, options.WeightBits, c);
                var mantissa = options.HasMantissas ? Skewed(m, "mantissa", sequencer["mantissas"], lane, ArrayOptions.MantissaBits, c) : Unsigned.False;
                var held = Unsigned.Constant(ArrayOptions.SumBits, 0);
                for (var h = 0; h < options.Height; h++)
                {
                    var pe = m.Instance(element, $"pe_{band}_{h}_{c}").Connect("activation", activations[h]).Connect("weight", weight);
                    Connect(pe, options, wave, h, c);
                    if (options.HasMantissas)
                    {
                        pe.Connect("mantissa", mantissa);
                        mantissa = pe["mantissa_out"];
                    }

                    if (options.Height > 1)
                    {
                        pe.Connect("held_in", held);
                    }

                    (activations[h], weight, held) = (pe.Signed("activation_out"), pe["weight_out"], pe["held_out"]);
                }

                left[lane] = held;
            }
        }

        return [.. left.Select(sum => sum.AsSigned())];
    }

    private static void Start(ArrayOptions options, Instance sequencer, Wave wave)
    {
        wave.Signal("step", sequencer["step"]);
        wave.Carry("step_begins", sequencer["step_begins"]);
        wave.Signal("finish", sequencer["finish"]);
        if (options.HasMantissas)
        {
            wave.Signal("scale", sequencer["scale"]);
            wave.Carry("scale_first", sequencer["scale_first"]);
        }

        if (options.Height > 1)
        {
            wave.Signal("shift", sequencer["shift"]);
        }

        if (options.Parts > 1)
        {
            wave.Carry("part", sequencer["stream_part"]);
        }
    }

    private static Signed Activation(Module m, ArrayOptions options, Instance sequencer, Unsigned bytes, int h)
    {
        var data = bytes.Slice((8 * h) + 7, 8 * h);
        var x = m.Wire($"activation_{h}_now", ByteFactor.OfActivation(options, data, options.ActivationBytes > 1 ? sequencer["stream_part"] : null));
        for (var i = 1; i <= h; i++)
        {
            x = m.Delay($"activation_{h}_{i}", x);
        }

        return x;
    }

    /// <summary>What an output has of a bus, as late as its column lies to the right.</summary>
    private static Unsigned Skewed(Module m, string name, Unsigned bus, int lane, int width, int column)
    {
        var value = bus.Slice((lane * width) + width - 1, lane * width);
        for (var i = 1; i <= column; i++)
        {
            value = m.Delay($"{name}_{lane}_{i}", value);
        }

        return value;
    }

    private static void Connect(Instance element, ArrayOptions options, Wave wave, int h, int c)
    {
        var cycles = h + c;
        element.Connect("step", wave.Tag("step", cycles)).Connect("begins", wave.Tag("step_begins", cycles)).Connect("finish", wave.Tag("finish", cycles));
        if (options.HasMantissas)
        {
            element.Connect("scale", wave.Tag("scale", cycles)).Connect("first_group", wave.Tag("scale_first", cycles));
        }

        if (options.Height > 1)
        {
            element.Connect("shift", wave.Tag("shift", options.Height + c)[h]);
        }

        if (options.Parts > 1)
        {
            element.Connect("part_places", ByteFactor.Places(wave.Tag("part", cycles)));
        }

        if (options.WeightBits > 8)
        {
            element.Connect("weight_part", ByteFactor.WeightPart(options, wave.Tag("part", cycles)));
        }
    }
}
