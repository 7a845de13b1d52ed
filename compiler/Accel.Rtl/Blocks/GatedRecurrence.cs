using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>An RG-LRU, the lane addresses of its values and the first word of its state.</summary>
internal sealed record RecurrenceTask(QuantizedRgLru Op, int Input, int InputGate, int RecurrentGate, int Output, int State);

/// <summary>The real-gated linear recurrent unit: a channel in two cycles, because three values are read through two ports.</summary>
internal static class GatedRecurrence
{
    /// <summary>From the read of a channel's first values to the write of its result.</summary>
    private const int Latency = 13;

    /// <summary>From the gated input's product to the new state: distance, exponential, root, sum.</summary>
    private const int Middle = 1 + FunctionPipelines.Exp2Latency + FunctionPipelines.RootLatency;

    public static Unit Build(IReadOnlyList<RecurrenceTask> tasks, MachineShape shape, FunctionRoms roms, int stateAddressWidth)
    {
        var unit = new UnitBuilder(
            "rg_lru",
            "Real-gated linear recurrent unit: d = max(0, shift(r * decay, DecayShift)), h = sat32(shift(2^-d h + sqrt(1 - 2^-2d) g, 30)) with " +
            "g = sat32(shift(u * i, GatedShift)); h = g at position 0.",
            tasks.Count);
        var m = unit.Module;
        var isFirst = m.Input("is_first", comment: "position 0");
        var ops = tasks.Select(t => t.Op).ToList();

        m.Comment("Phase 0 reads u and i, phase 1 r and the state.");
        var active = m.Register("active", reset: 0);
        var phase = m.Register("phase", reset: 0);
        var count = unit.Field("count", ops.Select(op => (long)op.Output.Width));
        var index = m.Register("index", count.Width);
        var last = m.Wire("last", active.Value & phase.Value & index.Value.Increment().Is(count));
        active.Next(unit.Start, 1).Next(last, 0);
        phase.Next(unit.Start, 0).Next(active.Value, ~phase.Value);
        index.Next(unit.Start, 0).Next(active.Value & phase.Value, index.Value.Increment());
        var (phase0, phase1) = (m.Wire("phase_0", active.Value & ~phase.Value), m.Wire("phase_1", active.Value & phase.Value));
        Unsigned Address(string name, Func<RecurrenceTask, int> start) => (unit.Field(name, tasks.Select(t => (long)start(t))) + index.Value).Resize(shape.LaneAddressWidth);
        var first = LanePort.Read(m, shape, "a", active, phase.Value.Select(Address("recurrent_gate", t => t.RecurrentGate), Address("input", t => t.Input)));
        var second = LanePort.Read(m, shape, "b", phase0, Address("input_gate", t => t.InputGate));
        var stateAddress = (unit.Field("state", tasks.Select(t => (long)t.State)) + index.Value).Resize(stateAddressWidth);
        m.Output("state_read", phase1);
        m.Output("state_read_address", LanePort.Gate(phase1, stateAddress));
        var state = m.Input("state_read_data", 32).AsSigned();

        var isData0 = m.DelayFlag("data_valid_0", phase0);
        var isData1 = m.DelayFlag("data_valid_1", phase1);
        var u = first.Truncate(ops.Max(op => op.Input.Format.Bits));
        var product = m.Delay("gated_product", u * second.Truncate(ops.Max(op => op.InputGate.Format.Bits)), isData0);
        var gated = m.Delay("gated", FixedPointLogic.Saturate(unit.Shift("gated_shift", ops.Select(op => op.GatedShift))(product), 32), isData1);
        var decays = m.Delay("decay", ChannelRom.Of(unit, "lru_decays", "Decay rates of the recurrent units", ops.Select(op => (op.Result.Name, op.Output.Width)), index, 16, (step, channel) => ops[step].Decay.Values[channel]), phase1);
        var r = first.Truncate(ops.Max(op => op.RecurrentGate.Format.Bits));
        var decayed = m.Delay("decayed", r * decays.ToSigned(), isData1);
        var old = m.Delay("old_state", state, isData1);

        m.Comment("The decay and its complement.");
        var valid = m.DelayFlag("decayed_valid", isData1);
        var shifted = m.Wire("decay_exponent", unit.Shift("decay_shift", ops.Select(op => op.DecayShift))(decayed));
        var d = m.Delay("distance", shifted.IsNegative().Select(Unsigned.Constant(shifted.Width, 0), shifted.AsUnsigned()), valid);
        var distanceValid = m.DelayFlag("distance_valid", valid);
        var a = FunctionPipelines.Exp2Negative(m, roms, "factor", d, distanceValid, 30);
        var square = FunctionPipelines.Exp2Negative(m, roms, "factor_squared", d.ShiftLeft(1), distanceValid, 30);
        var complement = (Unsigned.Constant(31, 1 << 30) - square).AsUnsigned().Truncate(31);
        var rootValid = FunctionPipelines.LaterFlag(m, "square_late", distanceValid, FunctionPipelines.Exp2Latency);
        var root = FunctionPipelines.Root(m, roms, "root", complement, rootValid);

        m.Comment("The new state.");
        var sumValid = FunctionPipelines.LaterFlag(m, "root_late", rootValid, FunctionPipelines.RootLatency);
        var aLate = FunctionPipelines.Later(m, "factor_late", a.ToSigned(), FunctionPipelines.RootLatency);
        var oldLate = FunctionPipelines.Later(m, "old_late", old, Middle);
        var gatedLate = FunctionPipelines.Later(m, "gated_late", gated, Middle);
        var sum = m.Delay("sum", (aLate * oldLate) + (root.ToSigned() * gatedLate), sumValid);
        var gatedLast = m.Delay("gated_last", gatedLate, sumValid);
        var nextValid = m.DelayFlag("sum_late", sumValid);
        var next = m.Wire("next_state", isFirst.Select(gatedLast, FixedPointLogic.Saturate(FixedPointLogic.Shift(sum, 30), 32)));
        var written = m.Register("written", count.Width);
        written.Next(unit.Start, 0).Next(nextValid, written.Value.Increment());
        m.Output("state_write", nextValid);
        m.Output("state_write_address", LanePort.Gate(nextValid, (unit.Field("state_back", tasks.Select(t => (long)t.State)) + written.Value).Resize(stateAddressWidth)));
        m.Output("state_write_data", next.AsUnsigned());

        var result = m.Delay("result", next, nextValid);
        var resultValid = m.DelayFlag("result_valid", nextValid);
        var target = m.Delay("target", (unit.Field("output", tasks.Select(t => (long)t.Output)) + written.Value).Resize(shape.LaneAddressWidth), nextValid);
        var isNarrow = unit.Field("is_narrow", ops.Select(op => op.Output.Format.Bits == 16 ? 1L : 0));
        LanePort.Write(m, resultValid, target, FixedPointLogic.SaturateLane(unit.Shift("output_shift", ops.Select(op => op.OutputShift))(result), isNarrow));
        m.Output("done", resultValid & written.Value.Is(count));
        return unit.Build((step, _) => (2L * ops[step].Output.Width) + Latency);
    }
}
