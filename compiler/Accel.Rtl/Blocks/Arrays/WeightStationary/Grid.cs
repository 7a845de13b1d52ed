using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays.WeightStationary;

/// <summary>
/// Rows of elements that hold weights: activations go to the right, sums of products downwards, and beats of weights with what tells
/// them apart along the diagonals.
/// </summary>
internal static class Grid
{
    /// <returns>The sum of products below each column of each band.</returns>
    public static Signed[] Build(Module m, ArrayOptions options, Instance sequencer, Wave wave)
    {
        var weights = m.Input("weight_data", options.PortBits, "mantissas of a tile that begins a group, then its codes, output by output; the last beat may be short");
        var bytes = m.Input("activation_data", 8 * options.Height, "byte activation_part of the inputs from activation_start on of row activation_row");
        Start(m, options, sequencer, wave, weights);
        var element = ProcessingElement.Build(options);
        var rows = Enumerable.Range(0, options.Height).Select(h => Activation(m, options, sequencer, bytes, h)).ToArray();
        var sums = new Signed[options.Lanes];
        for (var band = 0; band < options.Fold; band++)
        {
            for (var h = 0; h < options.Height; h++)
            {
                var activation = rows[h];
                var position = RowPosition(m, options, wave, band, h);
                for (var c = 0; c < options.Columns; c++)
                {
                    var lane = (band * options.Columns) + c;
                    var pe = m.Instance(element, $"pe_{band}_{h}_{c}")
                        .Connect("activation", activation)
                        .Connect("position", position)
                        .Connect("sum_in", h == 0 ? Signed.Constant(options.ColumnBits, 0) : sums[lane]);
                    Connect(pe, options, wave, h + c);
                    activation = pe.Signed("activation_out");
                    position = pe["position_out"];
                    sums[lane] = pe.Signed("sum_out");
                }
            }
        }

        return sums;
    }

    private static void Start(Module m, ArrayOptions options, Instance sequencer, Wave wave, Unsigned weights)
    {
        wave.Carry("data", options.TailBits == 0
            ? weights
            : Unsigned.Concat(weights, m.Delay("weight_tail", weights.Slice(options.PortBits - 1, options.PortBits - options.TailBits), sequencer["load"])));
        wave.Signal("load", sequencer["load"]);
        wave.Carry("load_bank", sequencer["load_bank"]);
        wave.Carry("load_beat", sequencer["load_beat"]);
        wave.Carry("load_span", sequencer["load_span"]);
        wave.Carry("bank", sequencer["stream_bank"]);
        if (options.HasMantissas)
        {
            wave.Carry("first", sequencer["load_first"]);
            wave.Signal("load_mantissas", sequencer["load"] & sequencer["load_group"]);
            wave.Carry("load_group_bank", sequencer["load_group_bank"]);
            wave.Carry("group_bank", sequencer["stream_group_bank"]);
        }

        if (options.Parts > 1)
        {
            wave.Carry("part", sequencer["stream_part"]);
        }
    }

    /// <summary>The activation of a row of elements, as late as the row lies low; 0 beyond the inputs of a pass.</summary>
    private static Signed Activation(Module m, ArrayOptions options, Instance sequencer, Unsigned bytes, int h)
    {
        var data = bytes.Slice((8 * h) + 7, 8 * h);
        var value = ByteFactor.OfActivation(options, data, options.ActivationBytes > 1 ? sequencer["stream_part"] : null);
        var x = m.Wire($"activation_{h}_now", (Unsigned.Constant(h) < sequencer["stream_inputs"]).Select(value, Signed.Constant(options.ActivationWidth, 0)));
        for (var i = 1; i <= h; i++)
        {
            x = m.Delay($"activation_{h}_{i}", x);
        }

        return x;
    }

    /// <summary>Where the code of a row's first element stands in a tile; of a code of several units, its last one.</summary>
    private static Unsigned RowPosition(Module m, ArrayOptions options, Wave wave, int band, int h)
    {
        var place = Unsigned.Constant((h * options.UnitsPerCode) + options.UnitsPerCode - 1);
        var start = band == 0 ? place : (wave.Tag("load_span", h) * Unsigned.Constant(band * options.Columns)) + place;
        var position = options.HasMantissas ? start + wave.Tag("first", h) : start;
        return m.Wire($"position_{band}_{h}", position.Resize(options.PositionBits));
    }

    private static void Connect(Instance element, ArrayOptions options, Wave wave, int cycles)
    {
        element.Connect("load_data", wave.Tag("data", cycles)).Connect("load", wave.Tag("load", cycles)).Connect("load_beat", wave.Tag("load_beat", cycles))
            .Connect("load_bank", wave.Tag("load_bank", cycles)).Connect("load_span", wave.Tag("load_span", cycles)).Connect("bank", wave.Tag("bank", cycles));
        if (options.WeightBits > 8)
        {
            element.Connect("weight_part", ByteFactor.WeightPart(options, wave.Tag("part", cycles)));
        }
    }
}
