using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Sim.Kernel;

namespace Accel.Sim.Blocks.Vectors;

/// <summary>Commands that know about tokens: rotation by position, causal convolution, recurrences.</summary>
internal sealed class SequenceUnit(MachineMemory memory)
{
    private readonly Buffer<long> _lanes = new();
    private readonly Buffer<long> _second = new();
    private readonly Buffer<long> _third = new();
    private readonly Buffer<long> _state = new();
    private readonly Buffer<long> _history = new();

    public void Execute(Rotate command, ReadOnlySpan<long> registers)
    {
        var (source, result) = (command.Source.Resolve(registers), command.Destination.Resolve(registers));
        var (cosines, sines) = (command.Cosines.Resolve(registers), command.Sines.Resolve(registers));
        OperandRules.DemandWritable(result);
        OperandRules.DemandSameShape(source, result, "source and destination");
        OperandRules.DemandSameShape(cosines, sines, "cosines and sines");
        OperandRules.Demand(
            cosines.Columns == command.Pairs && cosines.RowCount == source.RowCount, "one row of cosines per token, one cosine per pair");
        OperandRules.Demand(
            2 * command.Pairs <= command.HeadWidth && source.Columns % command.HeadWidth == 0, "pairs fit a head, and heads fill a row");
        var lanes = _lanes.Take(source.Columns);
        var c = _second.Take(command.Pairs);
        var s = _third.Take(command.Pairs);
        var limit = command.Limit == 0 ? long.MaxValue : command.Limit;
        for (var row = 0L; row < source.RowCount; row++)
        {
            memory.ReadRow(source, row, lanes);
            memory.ReadRow(cosines, row, c);
            memory.ReadRow(sines, row, s);
            for (var head = 0; head < lanes.Length; head += command.HeadWidth)
            {
                for (var i = 0; i < command.Pairs; i++)
                {
                    var (first, second) = command.Layout == RotationLayout.Half
                        ? (head + i, head + i + command.Pairs)
                        : (head + (2 * i), head + (2 * i) + 1);
                    var (x0, x1) = (lanes[first], lanes[second]);
                    lanes[first] = FixedPoint.Saturate(FixedPoint.Shift(checked((x0 * c[i]) - (x1 * s[i])), command.Shift), limit);
                    lanes[second] = FixedPoint.Saturate(FixedPoint.Shift(checked((x1 * c[i]) + (x0 * s[i])), command.Shift), limit);
                }
            }

            memory.WriteRow(result, row, lanes);
        }
    }

    public void Execute(Convolve command, ReadOnlySpan<long> registers)
    {
        var (source, taps, result) = (command.Source.Resolve(registers), command.Taps.Resolve(registers), command.Destination.Resolve(registers));
        OperandRules.DemandWritable(result);
        OperandRules.Demand(source.Planes == 1 && result.Planes == 1, "a convolution has one plane");
        OperandRules.Demand(
            result.IsEmpty || (source.Rows == result.Rows + command.TapCount - 1 && source.Columns == result.Columns),
            "the source has as many channels, and one row per token and per earlier tap");
        OperandRules.Demand(taps.RowCount == result.Columns && taps.Columns == command.TapCount, "one row of taps per channel");
        if (result.IsEmpty)
        {
            return;
        }

        var channels = (int)result.Columns;
        var bias = _third.Take(channels);
        bias.Fill(command.Bias.Constant);
        if (command.Bias.View?.Resolve(registers) is { } view)
        {
            OperandRules.Demand(view.RowCount == 1 && view.Columns == channels, "one bias per channel");
            memory.ReadRow(view, 0, bias);
        }

        // Taps turned round, so that the loop over channels is the inner one.
        var weights = _second.Take((long)channels * command.TapCount);
        var row = _history.Take(Math.Max(channels, command.TapCount));
        for (var channel = 0; channel < channels; channel++)
        {
            memory.ReadRow(taps, channel, row[..command.TapCount]);
            for (var k = 0; k < command.TapCount; k++)
            {
                weights[(k * channels) + channel] = row[k];
            }
        }

        var limit = command.Limit == 0 ? long.MaxValue : command.Limit;
        var sums = _lanes.Take(channels);
        var inputs = row[..channels];
        for (var token = 0L; token < result.Rows; token++)
        {
            sums.Clear();
            for (var k = 0; k < command.TapCount; k++)
            {
                memory.ReadRow(source, token + k, inputs);
                for (var channel = 0; channel < channels; channel++)
                {
                    sums[channel] = checked(sums[channel] + (inputs[channel] * weights[(k * channels) + channel]));
                }
            }

            for (var channel = 0; channel < channels; channel++)
            {
                sums[channel] = FixedPoint.Saturate(checked(FixedPoint.Shift(sums[channel], command.Shift) + bias[channel]), limit);
            }

            memory.WriteRow(result, token, sums);
        }
    }

    public void Execute(Scan command, ReadOnlySpan<long> registers)
    {
        var (decay, input, state) = (command.Decay.Resolve(registers), command.Input.Resolve(registers), command.State.Resolve(registers));
        var result = command.Destination.Resolve(registers);
        OperandRules.DemandWritable(result);
        OperandRules.DemandWritable(state);
        OperandRules.DemandSameShape(decay, result, "decay and destination");
        OperandRules.DemandSameShape(input, result, "input and destination");
        OperandRules.Demand(state.RowCount == 1 && state.Columns == result.Columns, "one state per lane");
        var gate = command.Gate.View?.Resolve(registers);
        OperandRules.Demand(
            (gate is null) == (command.Form == ScanForm.Added) && (gate is not null || command.Gate.Constant == 0), "only the gated form has a gate");
        if (gate is { } shape)
        {
            OperandRules.DemandSameShape(shape, result, "gate and destination");
        }

        if (result.IsEmpty)
        {
            return;
        }

        var h = _state.Take(result.Columns);
        var lanes = _lanes.Take(result.Columns);
        var a = _second.Take(result.Columns);
        var g = _third.Take(result.Columns);
        var m = _history.Take(result.Columns);
        var limit = command.Limit == 0 ? long.MaxValue : command.Limit;
        memory.ReadRow(state, 0, h);
        for (var row = 0L; row < result.RowCount; row++)
        {
            memory.ReadRow(decay, row, a);
            memory.ReadRow(input, row, g);
            if (gate is { } gates)
            {
                memory.ReadRow(gates, row, m);
            }

            for (var i = 0; i < h.Length; i++)
            {
                var kept = checked(a[i] * h[i]);
                h[i] = FixedPoint.Saturate32(gate is null
                    ? checked(FixedPoint.Shift(kept, command.Shift) + g[i])
                    : FixedPoint.Shift(checked(kept + (m[i] * g[i])), command.Shift));
                lanes[i] = FixedPoint.Saturate(FixedPoint.Shift(h[i], command.OutputShift), limit);
            }

            memory.WriteRow(result, row, lanes);
        }

        memory.WriteRow(state, 0, h);
    }
}
