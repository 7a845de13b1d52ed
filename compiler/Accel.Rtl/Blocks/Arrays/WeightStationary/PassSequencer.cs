using System.Numerics;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays.WeightStationary;

/// <summary>
/// Cuts a command into passes and keeps two of its ends busy: one takes the next tile's weights while the other lets activations stream
/// through the present one. A tile's record is written when its last beat comes and freed when its last row has entered.
/// </summary>
internal static class PassSequencer
{
    public static Module Build(ArrayOptions options)
    {
        var m = new Module(
            $"{options.Name}_sequencer",
            $"Passes of a product of rows x depth by depth x outputs: at most {options.Height} inputs of one group by {options.Lanes} outputs each, inputs inside, outputs outside. Loading runs ahead of streaming by the {options.Banks} weight buffer(s).");
        var rows = m.Input("command_rows", Bits.Of(options.WordsPerLane));
        var depth = m.Input("command_depth", ArrayOptions.ExtentBits);
        var outputs = m.Input("command_outputs", ArrayOptions.ExtentBits);
        var group = m.Input("command_group", ArrayOptions.ExtentBits, "inputs that share a mantissa");
        var accumulate = m.Input("command_accumulate", comment: "sums are added to what the accumulators hold");
        var address = m.Input("command_address", options.AddressBits, "of row 0 of the first block of outputs; the next block follows");
        var commandValid = m.Input("command_valid");
        var weightValid = m.Input("weight_valid");
        var activationValid = m.Input("activation_valid");

        var loader = new Loader(m, options, commandValid, rows, depth, outputs, group, accumulate, address);
        var freed = m.Forward("freed");
        var streamBank = m.Register("bank_streaming", options.BankBits, reset: 0);
        var full = Enumerable.Range(0, options.Banks).Select(i => m.Register($"full_{i}", 1, reset: 0)).ToArray();
        var canLoad = m.Wire("can_load", loader.Active & ~Chosen(full, loader.Bank));
        var load = m.Wire("load_beat_taken", canLoad & weightValid);
        loader.Advance(load);
        for (var i = 0; i < options.Banks; i++)
        {
            full[i].Next(loader.TileDone & loader.Bank.Is(i), 1).Next(freed & streamBank.Value.Is(i), 0);
        }

        // The streaming end.
        var canStream = m.Wire("can_stream", Chosen(full, streamBank));
        var stream = m.Wire("stream_taken", canStream & activationValid);
        Unsigned Record(string name, Unsigned value) => Chosen(
            [.. Enumerable.Range(0, options.Banks).Select(i => m.Register($"{name}_{i}", value.Width).Next(loader.TileDone & loader.Bank.Is(i), value))], streamBank);
        var tileRows = m.Wire("tile_rows", Record("rows", loader.Rows));
        var tileInputs = m.Wire("tile_inputs", Record("inputs", loader.Inputs));
        var tileOutputs = m.Wire("tile_outputs", Record("outputs", loader.Outputs));
        var tileStart = m.Wire("tile_start", Record("start", loader.Start));
        var tileAddress = m.Wire("tile_address", Record("address", loader.Address));
        var tileClear = m.Wire("tile_clear", Record("clear", loader.Clear));
        var tileLast = m.Wire("tile_last", Record("last", loader.IsLast));

        var row = m.Register("row", rows.Width, reset: 0);
        var part = options.Parts > 1 ? m.Register("part", Bits.OfIndex(options.Parts), reset: 0) : null;
        var lastPart = part is null ? Unsigned.True : part.Value.Is(options.Parts - 1);
        var lastRow = m.Wire("last_row", row.Value.Increment().Is(tileRows));
        part?.Next(stream, part.Value.Increment());
        row.Next(stream & lastPart & lastRow, 0).Next(stream & lastPart, row.Value.Increment());
        m.Drive(freed, stream & lastPart & lastRow);
        streamBank.Next(freed, NextBank(streamBank, options.Banks));

        m.Output("command_ready", loader.CommandReady);
        m.Output("weight_ready", canLoad, "a beat is taken where weight_valid is high too");
        m.Output("load", load);
        m.Output("load_bank", loader.Bank);
        m.Output("load_beat", loader.Beat);
        m.Output("load_span", loader.Span, "of an output's codes");
        if (options.HasMantissas)
        {
            m.Output("load_first", loader.First, "where the codes begin, behind the tile's mantissas");
            m.Output("load_group", loader.BeginsGroup);
            m.Output("load_group_bank", loader.GroupBank);
        }

        m.Output("activation_ready", canStream, "a row's bytes are taken where activation_valid is high too");
        m.Output("stream", stream);
        m.Output("stream_bank", streamBank);
        m.Output("stream_row", row);
        m.Output("stream_start", tileStart, "first input of the pass");
        m.Output("stream_inputs", tileInputs);
        m.Output("stream_outputs", tileOutputs);
        m.Output("stream_address", (tileAddress + row.Value).Truncate(options.AddressBits));
        m.Output("stream_clear", part is null ? tileClear : tileClear & part.Value.Is(0));
        if (options.HasMantissas)
        {
            m.Output("stream_group_bank", m.Wire("tile_group_bank", Record("group_bank", loader.GroupBank)));
        }

        m.Output("stream_last", freed & tileLast, "the last row of a command enters");
        m.Output("activation_last", freed & tileLast);
        if (part is not null)
        {
            m.Output("stream_part", part);
        }

        return m;
    }

    private static Unsigned Chosen(UnsignedRegister[] registers, Unsigned index)
    {
        var value = registers[0].Value;
        for (var i = 1; i < registers.Length; i++)
        {
            value = index.Is(i).Select(registers[i].Value, value);
        }

        return value;
    }

    private static Unsigned NextBank(Unsigned bank, int count) => bank.Is(count - 1).Select(Unsigned.Constant(bank.Width, 0), bank.Increment());

    private static Unsigned Least(Unsigned a, int bound) => (a < Unsigned.Constant(bound)).Select(a, Unsigned.Constant(bound)).Resize(Bits.Of(bound));

    /// <summary>The end that takes weights: where in the command it is, and what the present tile holds.</summary>
    private sealed class Loader
    {
        private readonly Module _m;
        private readonly ArrayOptions _options;
        private readonly (Unsigned Valid, Unsigned Rows, Unsigned Depth, Unsigned Outputs, Unsigned Group, Unsigned Accumulate, Unsigned Address) _command;
        private readonly UnsignedRegister _active, _rows, _depth, _group, _accumulate, _outputsLeft, _depthLeft, _groupLeft, _begins, _start, _address, _bank, _beat, _groupBank;
        private readonly Unsigned _lastBeat;

        public Loader(Module m, ArrayOptions options, Unsigned valid, Unsigned rows, Unsigned depth, Unsigned outputs, Unsigned group, Unsigned accumulate, Unsigned address)
        {
            (_m, _options, _command) = (m, options, (valid, rows, depth, outputs, group, accumulate, address));
            const int Extent = ArrayOptions.ExtentBits;
            _active = m.Register("active", 1, reset: 0);
            _rows = m.Register("rows", rows.Width);
            _depth = m.Register("depth", Extent);
            _group = m.Register("group", Extent);
            _accumulate = m.Register("accumulate");
            _outputsLeft = m.Register("outputs_left", Extent, comment: "this tile's among them");
            _depthLeft = m.Register("depth_left", Extent);
            _groupLeft = m.Register("group_left", Extent);
            _begins = m.Register("begins_group", 1, comment: "no input of the group came yet");
            _start = m.Register("start", Extent, comment: "first input of the tile");
            _address = m.Register("address", options.AddressBits);
            _bank = m.Register("bank_loading", options.BankBits, reset: 0);
            _beat = m.Register("beat", options.BeatBits, reset: 0);
            _groupBank = m.Register("group_bank", Bits.OfIndex(AccumulatorLane.GroupBanks(options)), reset: 0);
            Inputs = m.Wire("inputs", Least(_groupLeft, options.Height));
            Outputs = m.Wire("outputs", Least(_outputsLeft, options.Lanes));
            Span = options.UnitsPerCode == 1 ? Inputs : m.Wire("span", Inputs * Unsigned.Constant(options.UnitsPerCode), "bits of an output's codes").Truncate(Bits.Of(options.Height * options.UnitsPerCode));
            First = options.HasMantissas
                ? m.Wire("first", _begins.Value.Select(Outputs.ShiftLeft(BitOperations.Log2((uint)(ArrayOptions.MantissaBits / options.UnitBits))), Unsigned.Constant(1, 0)))
                : Unsigned.Constant(1, 0);
            var units = m.Wire("units", ((Span * Outputs) + First).Truncate(Bits.Of(options.MostUnits)), $"of {options.UnitBits} bits: mantissas and codes of the tile");
            _lastBeat = m.Wire("last_beat", units.Decrement().ShiftRight(BitOperations.Log2((uint)options.UnitsPerBeat)).Resize(options.BeatBits));
            TileDone = m.Forward("tile_done");
            CommandReady = m.Forward("command_taken_now");
        }

        public Unsigned Active => _active;

        public Unsigned Bank => _bank;

        public Unsigned Beat => _beat;

        public Unsigned Inputs { get; }

        public Unsigned Outputs { get; }

        public Unsigned Span { get; }

        public Unsigned First { get; }

        public Unsigned BeginsGroup => _begins;

        public Unsigned GroupBank => _groupBank;

        public Unsigned Rows => _rows;

        public Unsigned Start => _start;

        public Unsigned Address => _address;

        public Unsigned Clear => _start.Value.Is(0) & ~_accumulate.Value;

        public Unsigned TileDone { get; }

        public Unsigned CommandReady { get; }

        public Unsigned IsLast => EndsDepth & EndsOutputs;

        private Unsigned EndsGroup => _groupLeft.Value.Is(Inputs);

        private Unsigned EndsDepth => _depthLeft.Value.Is(Inputs);

        private Unsigned EndsOutputs => _outputsLeft.Value.Is(Outputs);

        /// <summary>What happens in a cycle in which a beat is taken, or a command.</summary>
        public void Advance(Unsigned load)
        {
            _m.Drive(TileDone, load & _beat.Value.Is(_lastBeat));
            _m.Drive(CommandReady, ~_active.Value | (TileDone & IsLast));
            var command = _m.Wire("command_taken", _command.Valid & CommandReady);
            var blockDone = _m.Wire("block_done", TileDone & EndsDepth);
            var groupDone = _m.Wire("group_done", TileDone & EndsGroup);
            var depthAfter = _m.Wire("depth_after", _depthLeft.Value.WrappingSubtract(Inputs.Extend(_depthLeft.Value.Width)));
            _active.Next(command, 1).Next(TileDone & IsLast, 0);
            _rows.Next(command, _command.Rows);
            _depth.Next(command, _command.Depth);
            _group.Next(command, _command.Group);
            _accumulate.Next(command, _command.Accumulate);
            _outputsLeft.Next(command, _command.Outputs)
                .Next(blockDone, _outputsLeft.Value.WrappingSubtract(Outputs.Extend(_outputsLeft.Value.Width)));
            _depthLeft.Next(command, _command.Depth).Next(blockDone, _depth).Next(TileDone, depthAfter);
            _groupLeft.Next(command, Lesser(_command.Group, _command.Depth))
                .Next(blockDone, Lesser(_group, _depth))
                .Next(groupDone, Lesser(_group, depthAfter))
                .Next(TileDone, _groupLeft.Value.WrappingSubtract(Inputs.Extend(_groupLeft.Value.Width)));
            _begins.Next(command, 1).Next(TileDone, EndsGroup);
            _start.Next(command | blockDone, 0).Next(TileDone, (_start.Value + Inputs).Truncate(_start.Value.Width));
            _address.Next(command, _command.Address).Next(blockDone, (_address.Value + _rows.Value).Truncate(_address.Value.Width));
            _bank.Next(TileDone, NextBank(_bank, _options.Banks));
            _beat.Next(TileDone, 0).Next(load, _beat.Value.Increment());
            _groupBank.Next(groupDone, NextBank(_groupBank, AccumulatorLane.GroupBanks(_options)));
        }

        private static Unsigned Lesser(Unsigned a, Unsigned b) => (a < b).Select(a, b);
    }
}
