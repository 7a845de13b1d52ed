using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays.OutputStationary;

/// <summary>
/// Keeps elements and columns busy: steps go on while the mantissas of the group before multiply and the sums of the pass before leave. A pass
/// is over when all that it needs has come and the sums of the one before are out of the elements' way.
/// </summary>
internal static class PassSequencer
{
    public static Module Build(ArrayOptions options)
    {
        var m = new Module(
            $"{options.Name}_sequencer",
            $"Passes of a product of rows x depth by depth x outputs: the whole depth by at most {options.Height} rows and {options.Lanes} outputs each, outputs inside, rows outside. Sums are complete a cycle behind the last step or mantissa, {options.Height} cycles behind those of the pass before at the soonest.");
        var finish = m.Forward("finish_now");
        var scale = m.Forward("scale_now");
        var pending = m.Register("pending", 1, reset: 0, comment: "the last step of a group came, its end has not");
        var module = StepIssuer.Build(options);
        var steps = m.Instance(module, "steps");
        foreach (var port in module.Signals.Where(signal => signal.Kind == SignalKind.Input && signal.Name is not ("may_step" or "has_codes")))
        {
            steps.Connect(port.Name, m.Input(port.Name, port.Width, port.Comment));
        }

        var queue = m.Instance(WeightQueue.Build(options), "queue")
            .Connect("weight_data", m.Input("weight_data", options.PortBits, "group after group: input by input the codes of its outputs, then their mantissas; the last beat of a pass may be short"))
            .Connect("weight_valid", m.Input("weight_valid"))
            .Connect("pass_begins", steps["pass_begins"]).Connect("beats", steps["beats"]).Connect("outputs", steps["outputs_now"]).Connect("take", steps["take"]).Connect("finish", finish);
        steps.Connect("may_step", ~pending.Value | scale).Connect("has_codes", queue["has_codes"]);

        var elapsed = m.Register("elapsed", Bits.Of(options.Height), reset: 0, comment: $"cycles since the pass began, up to {options.Height}");
        var isFree = m.Wire("held_is_free", elapsed.Value.Is(options.Height), "sums of the pass before have left the elements that would take new ones");
        elapsed.Next(steps["pass_begins"], 1).Next(~isFree, elapsed.Value.Increment());
        var endsPass = m.Delay("ends_pass", steps["pass_done"], steps["group_done"]);
        pending.Next(steps["group_done"], 1).Next(scale, 0);
        m.Drive(scale, pending & (options.HasMantissas ? queue["has_mantissas"] : Unsigned.True) & (~endsPass | isFree));
        m.Drive(finish, scale & endsPass);

        m.Output("command_ready", steps["command_ready"]);
        m.Output("weight_ready", queue["weight_ready"]);
        m.Output("activation_ready", steps["activation_ready"]);
        m.Output("activation_last", steps["command_done"]);
        m.Output("stream_row", steps["row"]);
        m.Output("stream_start", steps["input_now"]);
        m.Output("codes", queue["codes"], "of the step, output by output");
        m.Output("step", steps["step"]);
        m.Output("step_begins", steps["step_begins"]);
        if (options.Parts > 1)
        {
            m.Output("stream_part", steps["part"]);
        }

        if (options.HasMantissas)
        {
            queue.Connect("scale", scale).Connect("ended_outputs", m.Delay("group_outputs", steps["outputs_now"], steps["group_done"]));
            m.Output("scale", scale, "all products of a group are summed");
            m.Output("scale_first", m.Delay("ends_first", steps["first_group"], steps["group_done"]), "of a pass");
            m.Output("mantissas", queue["mantissas"], "of the group, output by output");
        }

        m.Output("finish", finish, "all sums of a pass are complete");
        Drain(m, options, steps, finish);
        return m;
    }

    /// <summary>The rows of sums of a finished pass as they leave the columns: the lowest element's first.</summary>
    private static void Drain(Module m, ArrayOptions options, Instance steps, Unsigned finish)
    {
        var height = options.Height;
        Unsigned Record(string name, Unsigned value)
        {
            var ended = m.Delay($"ended_{name}", value, steps["pass_done"]);
            return m.Wire($"leaving_{name}", finish.Select(ended, m.Delay($"left_{name}", ended, finish)));
        }

        var rows = Record("rows", steps["rows_now"]);
        var outputs = Record("outputs", steps["outputs_now"]);
        var address = Record("address", steps["address"]);
        var clear = Record("clear", steps["clear"]);
        var last = Record("last", steps["last"]);
        var (row, leaves) = (Unsigned.Constant(1, 0), finish);
        if (height > 1)
        {
            var next = m.Register("rows_to_leave", Bits.OfIndex(height), reset: 0);
            leaves = m.Wire("leaves", finish | next.Value.IsNot(0));
            row = m.Wire("row_leaving", finish.Select(Unsigned.Constant(next.Value.Width, height - 1), next.Value.Decrement()));
            next.Next(leaves, row);

            // The element in row h hands down the sums of the h rows above it, then keeps what comes.
            var shifts = new Unsigned[height];
            for (var h = 0; h < height; h++)
            {
                shifts[height - 1 - h] = h == 0 ? Unsigned.False : leaves & (row >= Unsigned.Constant(height - h));
            }

            m.Output("shift", Unsigned.Concat(shifts), "bit h: the element in row h takes the sum above");
        }

        m.Output("stream", leaves & (row < rows), "a row of sums leaves the columns");
        m.Output("stream_outputs", outputs);
        m.Output("stream_address", (address + row).Resize(options.AddressBits));
        m.Output("stream_clear", clear);
        m.Output("stream_last", leaves & row.Is(0) & last, "the last one of a command");
    }
}
