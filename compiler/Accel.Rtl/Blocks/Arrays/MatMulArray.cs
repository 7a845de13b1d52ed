using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays;

/// <summary>
/// The matmul array of a hardware config: rows of elements in bands, a lane of accumulators below each column of each band, and the
/// read-out behind them. What enters at the corner in one cycle reaches the element in row h and column c of a band h + c cycles later.
/// </summary>
public static class MatMulArray
{
    /// <exception cref="Core.Diagnostics.InputException">The config has no such array, or one that cannot be built.</exception>
    public static Module Build(ArrayOptions options)
    {
        options.Checked();
        var m = new Module(options.Name, Summary(options));
        var sequencer = options.IsOutputStationary ? OutputStationary.PassSequencer.Build(options) : WeightStationary.PassSequencer.Build(options);
        var instance = Connected(m, sequencer);
        m.Output("command_ready", instance["command_ready"]);
        m.Output("weight_ready", instance["weight_ready"]);
        m.Output("activation_ready", instance["activation_ready"]);
        m.Output("activation_row", instance["stream_row"], options.IsOutputStationary ? "first of the rows that are wanted" : null);
        m.Output("activation_start", instance["stream_start"], options.IsOutputStationary ? "the input that is wanted" : "first of the inputs that are wanted");
        m.Output("activation_last", instance["activation_last"], "the last activations of a command are taken");
        if (options.ActivationBytes > 1)
        {
            m.Output("activation_part", instance["stream_part"][0]);
        }

        var wave = new Wave(m);
        wave.Signal("valid", instance["stream"]);
        wave.Carry("outputs", instance["stream_outputs"]);
        wave.Carry("address", instance["stream_address"]);
        wave.Carry("clear", instance["stream_clear"]);
        wave.Signal("last", instance["stream_last"]);
        var sums = options.IsOutputStationary ? OutputStationary.Grid.Build(m, options, instance, wave) : WeightStationary.Grid.Build(m, options, instance, wave);
        Lanes(m, options, wave, sums);
        m.Output("done", wave.Tag("last", options.Height + options.Columns), "all sums of a command are in the accumulators");
        return m;
    }

    private static string Summary(ArrayOptions options) =>
        $"Matmul array, {(options.IsOutputStationary ? "output" : "weight")} stationary: {options.Array.Rows} x {options.Columns} multipliers in {options.Fold} band(s) of {options.Height} rows, " +
        $"{(options.IsOutputStationary ? "" : $"{options.Banks} weight buffer(s), ")}{options.Array.WeightPort} of weights a cycle, {options.ActivationBytes * 8}-bit activations, {options.WeightBits}-bit weights. " +
        $"sums[m, n] (+)= sum over groups of mantissa[n, g] * sum over k of activation[m, k] * weight[n, k].";

    /// <summary>An instance whose inputs are those of the array.</summary>
    private static Instance Connected(Module m, Module module)
    {
        var instance = m.Instance(module, "sequencer");
        foreach (var port in module.Signals.Where(signal => signal.Kind == SignalKind.Input))
        {
            instance.Connect(port.Name, m.Input(port.Name, port.Width, port.Comment));
        }

        return instance;
    }

    /// <summary>Accumulators below the columns, and what reads them: as many lanes at once as there are columns.</summary>
    private static void Lanes(Module m, ArrayOptions options, Wave wave, Signed[] sums)
    {
        var readOut = ReadOut.Build(options);
        var reader = m.Instance(readOut, "read_out");
        var lane = AccumulatorLane.Build(options);
        var words = new Signed[options.Columns];
        for (var n = 0; n < options.Lanes; n++)
        {
            var (band, column) = (n / options.Columns, n % options.Columns);
            var read = options.Fold == 1 ? reader["read"] : reader["read"] & reader["read_band"].Is(band);
            var instance = m.Instance(lane, $"lane_{n}").Connect("sum", sums[n]).Connect("read", read).Connect("read_address", reader["read_address"]);
            Connect(instance, options, wave, n);
            var word = instance["read_data"].AsSigned();
            words[column] = band == 0 ? word : m.Wire($"word_{band}_{column}", reader["read_band_then"].Is(band).Select(word, words[column]));
        }

        for (var column = 0; column < options.Columns; column++)
        {
            reader.Connect($"word_{column}", words[column]);
        }

        foreach (var port in readOut.Signals.Where(signal => signal.Kind == SignalKind.Input && !signal.Name.StartsWith("word_", StringComparison.Ordinal)))
        {
            if (port.IsSigned)
            {
                reader.Connect(port.Name, m.InputSigned(port.Name, port.Width, port.Comment));
            }
            else
            {
                reader.Connect(port.Name, m.Input(port.Name, port.Width, port.Comment));
            }
        }

        foreach (var name in ReadOut.Outputs)
        {
            m.Output(name, reader[name], readOut.Port(name)!.Comment);
        }
    }

    private static void Connect(Instance lane, ArrayOptions options, Wave wave, int output)
    {
        var cycles = options.Height + (output % options.Columns);
        var index = Unsigned.Constant(Bits.OfIndex(options.Lanes), output);
        lane.Connect("early_valid", wave.Tag("valid", cycles - 1)).Connect("early_address", wave.Tag("address", cycles - 1))
            .Connect("valid", wave.Tag("valid", cycles) & (index < wave.Tag("outputs", cycles)))
            .Connect("address", wave.Tag("address", cycles)).Connect("clear", wave.Tag("clear", cycles));
        if (options.LanesScale)
        {
            lane.Connect("load_data", wave.Tag("data", cycles).Slice(options.PortBits + options.TailBits - 1, options.TailBits))
                .Connect("load_mantissas", wave.Tag("load_mantissas", cycles)).Connect("load_beat", wave.Tag("load_beat", cycles))
                .Connect("load_group_bank", wave.Tag("load_group_bank", cycles)).Connect("output_index", index).Connect("group_bank", wave.Tag("group_bank", cycles));
        }

        if (options.Parts > 1 && !options.IsOutputStationary)
        {
            lane.Connect("part_shift", ByteFactor.Places(wave.Tag("part", cycles)));
        }
    }
}
