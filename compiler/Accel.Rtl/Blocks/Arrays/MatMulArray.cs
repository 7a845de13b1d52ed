using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays;

/// <summary>
/// The matmul array of a hardware config, weight stationary: rows of elements in bands, a lane of accumulators below each column of
/// each band. What enters at the corner in one cycle reaches the element in row h and column c of a band h + c cycles later:
/// activations, weights, and what tells them apart.
/// </summary>
public static class MatMulArray
{
    /// <exception cref="Core.Diagnostics.InputException">The config has no such array, or one that cannot be built.</exception>
    public static Module Build(ArrayOptions options)
    {
        options.Checked();
        var m = new Module(
            options.Name,
            $"Matmul array, weight stationary: {options.Array.Rows} x {options.Columns} multipliers in {options.Fold} band(s) of {options.Height} rows, {options.Banks} weight buffer(s), {options.Array.WeightPort} of weights a cycle, {options.ActivationBytes * 8}-bit activations, {options.WeightBits}-bit weights. sums[m, n] (+)= sum over groups of mantissa[n, g] * sum over k of activation[m, k] * weight[n, k].");
        var sequencer = Sequencer(m, options);
        var weights = m.Input("weight_data", options.PortBits, "mantissas of a tile that begins a group, then its codes, output by output; the last beat may be short");
        var bytes = m.Input("activation_data", 8 * options.Height, "byte activation_part of the inputs from activation_start on of row activation_row");
        var wave = new Wave(m, options, sequencer, weights);

        var element = ProcessingElement.Build(options);
        var rows = Enumerable.Range(0, options.Height).Select(h => Activation(m, options, sequencer, bytes, h)).ToArray();
        var sums = new Signed[options.Lanes];
        for (var band = 0; band < options.Fold; band++)
        {
            for (var h = 0; h < options.Height; h++)
            {
                var activation = rows[h];
                var position = wave.RowPosition(band, h);
                for (var c = 0; c < options.Columns; c++)
                {
                    var lane = (band * options.Columns) + c;
                    var pe = m.Instance(element, $"pe_{band}_{h}_{c}")
                        .Connect("activation", activation)
                        .Connect("position", position)
                        .Connect("sum_in", h == 0 ? Signed.Constant(options.ColumnBits, 0) : sums[lane]);
                    wave.Connect(pe, h + c);
                    activation = pe.Signed("activation_out");
                    position = pe["position_out"];
                    sums[lane] = pe.Signed("sum_out");
                }
            }
        }

        Lanes(m, options, wave, sums);
        m.Output("done", wave.Tag("last", options.Height + options.Columns), "all sums of a command are in the accumulators");
        return m;
    }

    private static Instance Sequencer(Module m, ArrayOptions options)
    {
        var module = PassSequencer.Build(options);
        var sequencer = m.Instance(module, "sequencer");
        foreach (var port in module.Signals.Where(signal => signal.Kind == SignalKind.Input))
        {
            sequencer.Connect(port.Name, m.Input(port.Name, port.Width, port.Comment));
        }

        m.Output("command_ready", sequencer["command_ready"]);
        m.Output("weight_ready", sequencer["weight_ready"]);
        m.Output("activation_ready", sequencer["activation_ready"]);
        m.Output("activation_row", sequencer["stream_row"]);
        m.Output("activation_start", sequencer["stream_start"]);
        m.Output("activation_last", sequencer["stream_last"], "the last row of a command is taken");
        if (options.ActivationBytes > 1)
        {
            m.Output("activation_part", sequencer["stream_part"][0]);
        }

        return sequencer;
    }

    /// <summary>The activation of a row of elements, as late as the row lies low; 0 beyond the inputs of a pass.</summary>
    private static Signed Activation(Module m, ArrayOptions options, Instance sequencer, Unsigned bytes, int h)
    {
        var data = bytes.Slice((8 * h) + 7, 8 * h);
        var byteValue = options.ActivationBytes == 1 ? data.AsSigned() : sequencer["stream_part"][0].Select(data.AsSigned().Extend(9), data.ToSigned());
        var x = m.Wire($"activation_{h}_now", (Unsigned.Constant(h) < sequencer["stream_inputs"]).Select(byteValue, Signed.Constant(options.ActivationWidth, 0)));
        for (var i = 1; i <= h; i++)
        {
            x = m.Delay($"activation_{h}_{i}", x);
        }

        return x;
    }

    private static void Lanes(Module m, ArrayOptions options, Wave wave, Signed[] sums)
    {
        var read = m.Input("read", comment: "read-out: read_data is valid a cycle later");
        var readLane = m.Input("read_lane", Bits.OfIndex(options.Lanes));
        var readAddress = m.Input("read_address", options.AddressBits);
        var lane = AccumulatorLane.Build(options);
        var chosen = m.Delay("read_lane_then", readLane, read);
        var data = Unsigned.Constant(ArrayOptions.SumBits, 0);
        for (var n = 0; n < options.Lanes; n++)
        {
            var instance = m.Instance(lane, $"lane_{n}")
                .Connect("sum", sums[n]).Connect("read", read & readLane.Is(n)).Connect("read_address", readAddress);
            wave.ConnectLane(instance, n);
            data = chosen.Is(n).Select(instance["read_data"], data);
        }

        m.Output("read_data", data.AsSigned());
    }

    /// <summary>Everything that travels along with weights and activations, by how far it has come.</summary>
    private sealed class Wave
    {
        private readonly Module _m;
        private readonly ArrayOptions _options;
        private readonly Dictionary<string, List<Unsigned>> _tags = new(StringComparer.Ordinal);

        public Wave(Module m, ArrayOptions options, Instance sequencer, Unsigned weights)
        {
            (_m, _options) = (m, options);
            Start("data", weights);
            foreach (var name in new[] { "load", "load_bank", "load_beat", "load_inputs" })
            {
                Start(name, sequencer[name]);
            }

            if (options.HasMantissas)
            {
                Start("first", sequencer["load_first"]);
                Start("load_mantissas", sequencer["load"] & sequencer["load_group"]);
                Start("load_group_bank", sequencer["load_group_bank"]);
                Start("group_bank", sequencer["stream_group_bank"]);
            }

            Start("valid", sequencer["stream"]);
            Start("bank", sequencer["stream_bank"]);
            Start("outputs", sequencer["stream_outputs"]);
            Start("address", sequencer["stream_address"]);
            Start("clear", sequencer["stream_clear"]);
            Start("last", sequencer["stream_last"]);
            if (options.Parts > 1)
            {
                Start("part", sequencer["stream_part"]);
            }
        }

        /// <summary>A tag after so many cycles.</summary>
        public Unsigned Tag(string name, int cycles)
        {
            var chain = _tags[name];
            while (chain.Count <= cycles)
            {
                // What says that something happens must not be set by chance after a reset.
                var isEvent = name is "load" or "load_mantissas" or "valid" or "last";
                var label = $"{name}_at_{chain.Count}";
                chain.Add(isEvent ? _m.DelayFlag(label, chain[^1]) : _m.Delay(label, chain[^1]));
            }

            return chain[cycles];
        }

        /// <summary>Where the code of a row's first element stands in a tile.</summary>
        public Unsigned RowPosition(int band, int h)
        {
            var before = Tag("load_inputs", h) * Unsigned.Constant(Math.Max(1, band * _options.Columns));
            var start = band == 0 ? Unsigned.Constant(h) : before + Unsigned.Constant(h);
            var position = _options.HasMantissas ? start + Tag("first", h) : start;
            return _m.Wire($"position_{band}_{h}", position.Resize(_options.PositionBits));
        }

        public void Connect(Instance element, int cycles)
        {
            element.Connect("load_data", Tag("data", cycles)).Connect("load", Tag("load", cycles)).Connect("load_beat", Tag("load_beat", cycles))
                .Connect("load_bank", Tag("load_bank", cycles)).Connect("load_inputs", Tag("load_inputs", cycles)).Connect("bank", Tag("bank", cycles));
            if (_options.WeightBits > 8)
            {
                element.Connect("weight_part", Tag("part", cycles)[_options.ActivationBytes - 1]);
            }
        }

        public void ConnectLane(Instance lane, int output)
        {
            var cycles = _options.Height + (output % _options.Columns);
            var index = Unsigned.Constant(Bits.OfIndex(_options.Lanes), output);
            lane.Connect("early_valid", Tag("valid", cycles - 1)).Connect("early_address", Tag("address", cycles - 1))
                .Connect("valid", Tag("valid", cycles) & (index < Tag("outputs", cycles)))
                .Connect("address", Tag("address", cycles)).Connect("clear", Tag("clear", cycles));
            if (_options.HasMantissas)
            {
                lane.Connect("load_data", Tag("data", cycles)).Connect("load_mantissas", Tag("load_mantissas", cycles)).Connect("load_beat", Tag("load_beat", cycles))
                    .Connect("load_group_bank", Tag("load_group_bank", cycles)).Connect("output_index", index).Connect("group_bank", Tag("group_bank", cycles));
            }

            if (_options.Parts > 1)
            {
                lane.Connect("part_shift", Shift(Tag("part", cycles)));
            }
        }

        /// <summary>Bytes to the left: one for an upper byte of either factor.</summary>
        private Unsigned Shift(Unsigned part) => part.Width == 1 ? part.Extend(2) : part[0] + part[1];

        private void Start(string name, Unsigned value) => _tags.Add(name, [value]);
    }
}
