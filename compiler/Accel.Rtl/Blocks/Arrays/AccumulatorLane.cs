using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays;

/// <summary>What stands below a column: its sums of products are scaled by the group's mantissa and added up in 64 bits.</summary>
internal static class AccumulatorLane
{
    public static Module Build(ArrayOptions options)
    {
        var m = new Module(
            $"{options.Name}_lane",
            $"Accumulators of one output: word[address] (+)= {(options.LanesScale ? "mantissa * " : "")}{(options.IsOutputStationary ? "sum" : "sum of products")}. The word is read a cycle before; one that was written in that cycle is forwarded.");
        var early = m.Input("early_valid", comment: "a sum comes in the next cycle");
        var earlyAddress = m.Input("early_address", options.AddressBits);
        var valid = m.Input("valid");
        var address = m.Input("address", options.AddressBits);
        var clear = m.Input("clear", comment: "the sum replaces the word");
        var sum = m.InputSigned("sum", options.LaneBits);
        var read = m.Input("read", comment: "read-out");
        var readAddress = m.Input("read_address", options.AddressBits);

        var scaled = options.LanesScale ? Scaled(m, options, sum) : sum;
        if (options.Parts > 1 && !options.IsOutputStationary)
        {
            var places = m.Input("part_shift", 2, "bytes to the left: which bytes were multiplied");
            scaled = m.Wire("placed", ByteFactor.Placed(scaled, places));
        }

        var write = m.Forward("write");
        var data = m.Forward("write_data", ArrayOptions.SumBits);
        var memory = new MemoryMacro($"{options.Name}_words", "Accumulators of one output", options.WordsPerLane, ArrayOptions.SumBits, ReadPorts: 2);
        var words = m.Instance(memory.Module, "memory")
            .Connect("write", write).Connect("write_address", address).Connect("write_data", data)
            .Connect("read_0", early).Connect("read_address_0", earlyAddress)
            .Connect("read_1", read).Connect("read_address_1", readAddress);
        var wasWritten = m.Delay("was_written", write);
        var lastAddress = m.Delay("last_address", address, write);
        var lastData = m.Delay("last_data", data, write);
        var previous = m.Wire("previous", (wasWritten & lastAddress.Is(address)).Select(lastData, words["read_data_0"]));
        var kept = clear.Select(Unsigned.Constant(ArrayOptions.SumBits, 0), previous).AsSigned();
        m.Drive(data, (kept + scaled).Truncate(ArrayOptions.SumBits).AsUnsigned());
        m.Drive(write, valid);
        m.Output("read_data", words["read_data_1"]);
        return m;
    }

    /// <summary>A mantissa per buffer of groups, taken from the front of a tile's beats; the one that the wave brings along multiplies.</summary>
    private static Signed Scaled(Module m, ArrayOptions options, Signed sum)
    {
        var perBeat = options.PortBits / ArrayOptions.MantissaBits;
        var bus = m.Input("load_data", options.PortBits);
        var load = m.Input("load_mantissas", comment: "the beat is valid, and of a tile that begins a group");
        var beat = m.Input("load_beat", options.BeatBits);
        var bank = m.Input("load_group_bank", Bits.OfIndex(GroupBanks(options)));
        var output = m.Input("output_index", Bits.OfIndex(options.Lanes), "which output of the tile this is; constant");
        var selected = m.Input("group_bank", Bits.OfIndex(GroupBanks(options)));
        var laneBits = System.Numerics.BitOperations.Log2((uint)perBeat);
        var lane = laneBits == 0 ? bus : bus.ShiftRight(output.Truncate(Math.Min(laneBits, output.Width)).ShiftLeft(4)).Truncate(ArrayOptions.MantissaBits);
        var mine = m.Wire("mine", load & output.ShiftRight(laneBits).Is(beat));
        var taken = m.Wire("taken", lane);
        var mantissas = Enumerable.Range(0, GroupBanks(options)).Select(i => m.Register($"mantissa_{i}", ArrayOptions.MantissaBits).Next(mine & bank.Is(i), taken).Value).ToArray();
        var mantissa = mantissas[0];
        for (var i = 1; i < mantissas.Length; i++)
        {
            mantissa = selected.Is(i).Select(mantissas[i], mantissa);
        }

        return m.Wire("scaled", sum * m.Wire("mantissa", mantissa).ToSigned());
    }

    /// <summary>Groups whose mantissas are held: no more can be under way than tiles, and one is always in use.</summary>
    internal static int GroupBanks(ArrayOptions options) => Math.Max(2, options.Banks);
}
