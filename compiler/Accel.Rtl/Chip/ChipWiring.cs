using System.Numerics;
using Accel.Compiler.Quantization;
using Accel.Rtl.Blocks;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Chip;

/// <summary>The top module: sequencer, units, memories, and the wires between them.</summary>
internal sealed class ChipWiring
{
    private readonly QuantizedGraph _graph;
    private readonly ChipInterface _chip;
    private readonly MachineShape _shape;
    private readonly IReadOnlyList<PlannedStep> _planned;
    private readonly UnitSet _units;
    private readonly Module _m;
    private readonly Dictionary<string, Instance> _instances = new(StringComparer.Ordinal);
    private readonly List<ChipMemory> _memories = [];
    private Unsigned _works;

    public ChipWiring(
        QuantizedGraph graph, ChipInterface chip, MachineShape shape, BufferPlan buffers, StatePlan states, IReadOnlyList<PlannedStep> planned,
        IReadOnlyList<ChipStep> steps, UnitSet units)
    {
        (_graph, _chip, _shape, _planned, _units) = (graph, chip, shape, planned, units);
        _m = new(chip.TopModule, $"{graph.Name} as fixed logic: tokens in, tokens out; context {chip.ContextLength}, {shape.Lanes} multiply-accumulate lanes, {planned.Count} steps per token.");
        var sequencer = new Sequencer(_m, chip, steps);
        foreach (var placed in units.Units)
        {
            _instances.Add(placed.Unit.Name, _m.Instance(placed.Unit.Module, $"u_{placed.Unit.Name}"));
        }

        Start(sequencer);
        Configure(sequencer);
        sequencer.Close(Join("done"), _instances["token_sampler"]["token"], Feed);
        Feed("position", sequencer.Position);
        Feed("is_first", sequencer.Position.Is(0));
        Feed("token", sequencer.Token);
        Feed("slot", Slot(sequencer, states));
        LaneBuffer(buffers);
        Codes(buffers);
        Table();
        Caches(states);
        States(states);
        if (chip.HasProbe)
        {
            Probe(sequencer, buffers);
        }
    }

    public Module Top => _m;

    public IReadOnlyList<ChipMemory> Memories => _memories;

    private void Start(Sequencer sequencer)
    {
        _m.Comment("Which units work in a step.");
        var masks = new BigInteger[_planned.Count];
        for (var u = 0; u < _units.Units.Count; u++)
        {
            foreach (var step in _units.Units[u].Steps)
            {
                masks[step] |= BigInteger.One << u;
            }
        }

        _works = _m.Lookup("works", sequencer.Step, _units.Units.Count, masks, i => _planned[i].Name);
        for (var u = 0; u < _units.Units.Count; u++)
        {
            _instances[_units.Units[u].Unit.Name].Connect("start", sequencer.Go & _works[u]);
        }
    }

    /// <summary>Each unit's constants of the current step, side by side in one word.</summary>
    private void Configure(Sequencer sequencer)
    {
        foreach (var (unit, steps) in _units.Units.Select(placed => (placed.Unit, placed.Steps)))
        {
            if (unit.Fields.Count == 0)
            {
                continue;
            }

            _m.Comment($"{unit.Name}: {string.Join(", ", unit.Fields.Select(field => $"{field.Name} {field.Width}"))} bits, the first lowest.");
            var words = new BigInteger[_planned.Count];
            var low = 0;
            foreach (var field in unit.Fields)
            {
                for (var i = 0; i < steps.Count; i++)
                {
                    words[steps[i]] |= Bits.Wrap(field.Values[i], field.Width, false) << low;
                }

                low += field.Width;
            }

            var word = _m.Lookup($"{unit.Name}_constants", sequencer.Step, low, words, i => steps.Contains(i) ? _planned[i].Name : null);
            low = 0;
            foreach (var field in unit.Fields)
            {
                var bits = word.Slice(low + field.Width - 1, low);
                _ = field.IsSigned ? _instances[unit.Name].Connect($"cfg_{field.Name}", bits.AsSigned()) : _instances[unit.Name].Connect($"cfg_{field.Name}", bits);
                low += field.Width;
            }
        }
    }

    /// <summary>The slot of the current position in the ring that the step's cache has.</summary>
    private Unsigned Slot(Sequencer sequencer, StatePlan states)
    {
        if (states.Rings.Count == 0)
        {
            return Unsigned.Constant(1, 0);
        }

        var width = Bits.OfIndex(states.Rings.Max());
        var slots = states.Rings.Select(ring => sequencer.Ring(ring).Resize(width)).ToList();
        if (slots.Count == 1)
        {
            return slots[0];
        }

        var select = _m.Lookup("ring", sequencer.Step, Bits.OfIndex(slots.Count), [.. _planned.Select(step => (BigInteger)Math.Max(0, states.Rings.ToList().IndexOf(RingOf(step))))]);
        var slot = slots[0];
        for (var i = 1; i < slots.Count; i++)
        {
            slot = select.Is(i).Select(slots[i], slot);
        }

        return _m.Wire("slot", slot);
    }

    private static int RingOf(PlannedStep step) =>
        step.Task is AttentionTask attention ? attention.Slots : step.Companions.OfType<CacheTask>().FirstOrDefault()?.Slots ?? 0;

    private void LaneBuffer(BufferPlan buffers)
    {
        var memory = Memory(new("lane_buffer", "Values of the current token", buffers.LaneDepth, MachineShape.LaneWidth, 2), isPersistent: false);
        memory.Connect("write", Join("lane_write")).Connect("write_address", Join("lane_write_address")).Connect("write_data", JoinSigned("lane_write_data").AsUnsigned());
        memory.Connect("read_0", Join("lane_a_read")).Connect("read_address_0", Join("lane_a_address"));
        var (b, address) = Has("lane_b_read") ? (Join("lane_b_read"), Join("lane_b_address")) : (Unsigned.False, Unsigned.Constant(_shape.LaneAddressWidth, 0));
        memory.Connect("read_1", b).Connect("read_address_1", address);
        Feed("lane_a", memory["read_data_0"].AsSigned());
        Feed("lane_b", memory["read_data_1"].AsSigned());
    }

    private void Codes(BufferPlan buffers)
    {
        var coder = _instances["row_coding"];
        foreach (var port in new[] { "code_valid", "code_last", "target", "run_index", "row_scale" })
        {
            Feed(port, coder[port]);
        }

        Feed("code", coder.Signed("code"));
        var store = _instances["code_store"];
        store.Connect("scale_write", coder["scale_write"] & InUnit("code_store")).Connect("scale", coder["scale"]);
        store.Connect("scale_select", _instances["requantise"]["scale_select"]);
        _instances["requantise"].Connect("scale", store["selected_scale"]);
        Feed("sum_valid", Join("sum_valid"));
        Feed("sum", JoinSigned("sum"));
        var memory = Memory(new("code_buffer", "Codes of matrix inputs", buffers.CodeDepth, _shape.CodeWordWidth, 1), isPersistent: false);
        memory.Connect("write", store["code_write"]).Connect("write_address", store["code_write_address"]).Connect("write_data", store["code_write_data"]);
        memory.Connect("read_0", Join("code_read")).Connect("read_address_0", Join("code_address"));
        Feed("code_word", memory["read_data_0"]);
    }

    /// <summary>Whether a unit works in the current step.</summary>
    private Unsigned InUnit(string unit) => _works[_units.Units.ToList().FindIndex(placed => placed.Unit.Name == unit)];

    private void Table()
    {
        var embedding = _instances["embedding"];
        if (_units.TableInMatrices)
        {
            var matrices = _instances.Values.Single(instance => instance.Module.Port("table_read") is { Kind: SignalKind.Input });
            matrices.Connect("table_read", embedding["table_read"]).Connect("table_address", embedding["table_address"]);
            FeedOne(matrices, "table_row", embedding["table_row"]);
            embedding.Connect("table_codes", matrices["table_codes"]).Connect("table_mantissas", matrices["table_mantissas"]);
            return;
        }

        var table = _units.Table;
        var codes = _m.Instance(table.Weights(), "u_table").Connect("address", embedding["table_address"]);
        var mantissas = _m.Instance(table.Mantissas(), "u_table_scale").Connect("address", table.IsPerRow ? embedding["table_row"] : embedding["table_address"]);
        embedding.Connect("table_codes", codes["word"]).Connect("table_mantissas", mantissas["word"]);
    }

    private void Caches(StatePlan states)
    {
        if (_units.Attention is not { } attention)
        {
            return;
        }

        var (store, reader) = (_instances["cache_store"], _instances["attention"]);
        void Attach(string name, MemoryMacro macro, bool isPersistent, Unsigned write, Unsigned address, Unsigned data)
        {
            var memory = Memory(macro, isPersistent).Connect("write", write).Connect("write_address", address).Connect("write_data", data);
            memory.Connect("read_0", reader[$"{name}_read"]).Connect("read_address_0", reader[$"{name}_read_address"]);
            reader.Connect($"{name}_read_data", memory["read_data_0"]);
        }

        var cacheAddress = store["cache_write_address"];
        Attach("query", new("query_buffer", "Codes and scale of each query head", attention.Heads, attention.QueryWordWidth, 1), false, store["query_write"], store["query_write_address"], store["query_word"]);
        Attach("score", new("score_buffer", "Scores of a head", states.Visible, 32, 1), false, reader["score_write"], reader["score_write_address"], reader["score_write_data"]);
        Attach("key", new("key_cache", "Keys: scale and codes per head and slot", states.CacheDepth, attention.KeyWordWidth, 1), true, store["key_write"], cacheAddress, store["key_word"]);
        Attach("value", new("value_cache", "Values: codes per head and slot", states.CacheDepth, attention.ValueWordWidth, 1), true, store["value_write"], cacheAddress, store["value_word"]);
        Attach("value_scale", new("value_scales", "Scales of the values", states.CacheDepth, AttentionShape.ScaleBits, 1), true, store["value_write"], cacheAddress, store["value_scale"]);
    }

    private void States(StatePlan states)
    {
        void Attach(string unit, MemoryMacro macro)
        {
            var user = _instances[unit];
            var memory = Memory(macro, isPersistent: true);
            memory.Connect("write", user["state_write"]).Connect("write_address", user["state_write_address"]).Connect("write_data", user["state_write_data"]);
            memory.Connect("read_0", user["state_read"]).Connect("read_address_0", user["state_read_address"]);
            user.Connect("state_read_data", memory["read_data_0"]);
        }

        if (states.ConvolutionDepth > 0)
        {
            Attach("causal_conv", new("conv_state", "Last inputs of each convolution's channels", states.ConvolutionDepth, _units.ConvolutionWordWidth, 1));
        }

        if (states.RecurrenceDepth > 0)
        {
            Attach("rg_lru", new("lru_state", "States of the recurrent units", states.RecurrenceDepth, 32, 1));
        }
    }

    /// <summary>Every element of every value, as it is written.</summary>
    private void Probe(Sequencer sequencer, BufferPlan buffers)
    {
        _m.Comment("Probe: lanes and codes as they are written; the scale of codes at the index behind them.");
        var isShown = _m.Lookup("probe_shown", sequencer.Step, 1, [.. _planned.Select(step => (BigInteger)(step.Value is null ? 0 : 1))]);
        var origins = _m.Lookup("probe_origin", sequencer.Step, _shape.LaneAddressWidth, [.. _planned.Select(step => (BigInteger)(step.Value is LaneValue value ? buffers[value] : 0))]);
        var widths = _m.Lookup("probe_width", sequencer.Step, ChipInterface.TokenWidth, [.. _planned.Select(step => (BigInteger)Math.Min(step.Value?.Width ?? 0, ushort.MaxValue))]);
        var coder = _instances["row_coding"];
        var (lane, code) = (Join("lane_write"), coder["code_valid"]);
        var index = _m.Register("probe_code", ChipInterface.TokenWidth);
        index.Next(sequencer.Go, 0).Next(code, index.Value.Increment());
        var laneIndex = Join("lane_write_address").WrappingSubtract(origins).Resize(ChipInterface.TokenWidth);
        _m.Output("probe_valid", isShown & (lane | code | coder["scale_write"]));
        _m.Output("probe_step", sequencer.Step.Resize(ChipInterface.StepWidth));
        _m.Output("probe_index", lane.Select(laneIndex, code.Select(index, widths)));
        _m.Output("probe_data", lane.Select(JoinSigned("lane_write_data"), code.Select(coder.Signed("code"), coder["scale"].ToSigned())).Resize(ChipInterface.ProbeWidth));
    }

    private Instance Memory(MemoryMacro macro, bool isPersistent)
    {
        _memories.Add(new(macro, isPersistent));
        return _m.Instance(macro.Module, $"u_{macro.Name}");
    }

    private bool Has(string port) => _instances.Values.Any(instance => instance.Module.Port(port) is { Kind: SignalKind.Output });

    /// <summary>What units give at an output of this name, joined by OR: all but one are 0.</summary>
    private Unsigned Join(string port) =>
        _instances.Values.Where(instance => instance.Module.Port(port) is { Kind: SignalKind.Output }).Select(instance => instance[port]).Aggregate((a, b) => a | b);

    private Signed JoinSigned(string port) =>
        _instances.Values.Where(instance => instance.Module.Port(port) is { Kind: SignalKind.Output })
            .Select(instance => instance.Signed(port).AsUnsigned()).Aggregate((a, b) => a | b).AsSigned();

    /// <summary>Connects a value to every unit that has an input of this name.</summary>
    private void Feed(string port, Unsigned value)
    {
        foreach (var instance in _instances.Values)
        {
            FeedOne(instance, port, value);
        }
    }

    private void Feed(string port, Signed value)
    {
        foreach (var instance in _instances.Values.Where(instance => instance.Module.Port(port) is { Kind: SignalKind.Input }))
        {
            instance.Connect(port, value);
        }
    }

    private static void FeedOne(Instance instance, string port, Unsigned value)
    {
        if (instance.Module.Port(port) is { Kind: SignalKind.Input } input)
        {
            instance.Connect(port, value.Resize(input.Width));
        }
    }
}
