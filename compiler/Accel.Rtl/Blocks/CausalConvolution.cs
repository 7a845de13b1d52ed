using System.Numerics;
using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>A depthwise convolution, the lane addresses of its values and the first word of its state.</summary>
internal sealed record ConvolutionTask(QuantizedCausalConv Op, int Input, int Output, int State);

/// <summary>
/// Depthwise causal convolution: a channel per cycle. A state word holds a channel's last inputs, the latest lowest; at position 0 it is taken as 0, so
/// the memory needs no clearing.
/// </summary>
internal static class CausalConvolution
{
    /// <summary>Memory, products, sum.</summary>
    private const int Latency = 3;

    /// <summary>Inputs that a state word holds.</summary>
    public static int Past(IEnumerable<ConvolutionTask> tasks) => Math.Max(1, tasks.Max(t => t.Op.State.Rows));

    /// <summary>Bits of an input.</summary>
    public static int InputBits(IEnumerable<ConvolutionTask> tasks) => tasks.Max(t => t.Op.Input.Format.Bits);

    /// <param name="stateAddressWidth">Of the state memory, which the chip connects at <c>state_*</c>.</param>
    public static Unit Build(IReadOnlyList<ConvolutionTask> tasks, MachineShape shape, int stateAddressWidth)
    {
        var unit = new UnitBuilder("causal_conv", "Depthwise causal convolution: y = sat(shift(sum of tap[k] * x[t - (K-1) + k], OutputShift) + bias).", tasks.Count);
        var m = unit.Module;
        var (past, bits) = (Past(tasks), InputBits(tasks));
        var isFirst = m.Input("is_first", comment: "position 0");
        var stream = new LaneStream(unit, shape, unit.Field("count", tasks.Select(t => (long)t.Op.Output.Width)));
        var x = stream.Read("a", unit.Field("input", tasks.Select(t => (long)t.Input)), bits);

        m.Comment("The channel's past, and its next past: the new input lowest.");
        var stateAddress = (unit.Field("state", tasks.Select(t => (long)t.State)) + stream.Index).Resize(stateAddressWidth);
        m.Output("state_read", stream.Issue);
        m.Output("state_read_address", LanePort.Gate(stream.Issue, stateAddress));
        var stored = m.Input("state_read_data", past * bits);
        var state = m.Wire("state", isFirst.Select(Unsigned.Constant(stored.Width, 0), stored));
        m.Output("state_write", stream.IsData);
        m.Output("state_write_address", LanePort.Gate(stream.IsData, m.Delay("state_address", stateAddress, stream.Issue)));
        m.Output("state_write_data", past == 1 ? x.AsUnsigned() : Unsigned.Concat(state.Truncate((past - 1) * bits), x.AsUnsigned()));

        var taps = m.Delay("taps", Taps(unit, tasks, stream.Index, past), stream.Issue);
        var terms = new List<Signed>();
        for (var k = 0; k <= past; k++)
        {
            var input = k == 0 ? x : state.Slice((k * bits) - 1, (k - 1) * bits).AsSigned();
            terms.Add(m.Delay($"product_{k}", input * taps.Slice((16 * (k + 1)) - 1, 16 * k).AsSigned(), stream.IsData));
        }

        var summed = m.DelayFlag("products_valid", stream.IsData);
        var sum = m.Delay("sum", DotProduct.Sum(terms), summed);
        var scaled = unit.Shift("output_shift", tasks.Select(t => t.Op.OutputShift))(sum);
        var isNarrow = unit.Field("is_narrow", tasks.Select(t => t.Op.Output.Format.Bits == 16 ? 1L : 0));
        var biased = scaled;
        if (tasks.Any(t => t.Op.Bias is not null))
        {
            var bias = m.Delay("bias", m.Delay("bias_1", m.Delay("bias_0", Biases(unit, tasks, stream.Index), stream.Issue), stream.IsData), summed);
            biased = scaled + bias.AsSigned();
        }

        stream.Write(m.DelayFlag("sum_valid", summed), unit.Field("output", tasks.Select(t => (long)t.Output)), FixedPointLogic.SaturateLane(m, biased, isNarrow));
        return unit.Build((step, _) => 1 + tasks[step].Op.Output.Width + Latency);
    }

    /// <summary>The taps of a channel, the one of the current token lowest; where an op has fewer than others the oldest are 0.</summary>
    private static Unsigned Taps(UnitBuilder unit, IReadOnlyList<ConvolutionTask> tasks, Unsigned index, int past) =>
        ChannelRom.Of(unit, "conv_taps", "Taps of the convolutions", tasks.Select(t => (t.Op.Result.Name, t.Op.Output.Width)), index, 16 * (past + 1), (task, channel) =>
        {
            var op = tasks[task].Op;
            var word = BigInteger.Zero;
            for (var k = 0; k < op.Width; k++)
            {
                word |= Bits.Wrap(op.Taps.Values[(channel * op.Width) + op.Width - 1 - k], 16, false) << (16 * k);
            }

            return word;
        });

    private static Unsigned Biases(UnitBuilder unit, IReadOnlyList<ConvolutionTask> tasks, Unsigned index) =>
        ChannelRom.Of(unit, "conv_biases", "Biases of the convolutions", tasks.Select(t => (t.Op.Result.Name, t.Op.Output.Width)), index, 32, (task, channel) =>
            Bits.Wrap(tasks[task].Op.Bias?.Values[channel] ?? 0, 32, false));
}
