using System.Numerics;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays.OutputStationary;

/// <summary>Where a command is: blocks of outputs inside blocks of rows, and for each the whole depth, input by input.</summary>
internal static class StepIssuer
{
    /// <summary>Bits of the number of beats of a pass.</summary>
    public static int BeatsBits(ArrayOptions options) => Bits.Of(
        (((BigInteger.One << ArrayOptions.ExtentBits) - 1) * options.Lanes * (options.WeightBits + (options.HasMantissas ? ArrayOptions.MantissaBits : 0)) / options.PortBits) + 1);

    public static Module Build(ArrayOptions options)
    {
        const int Extent = ArrayOptions.ExtentBits;
        var m = new Module(
            $"{options.Name}_steps",
            $"Steps of a product of rows x depth by depth x outputs: at most {options.Height} rows and {options.Lanes} outputs at a time, input by input{(options.Parts > 1 ? $", {options.Parts} steps each" : "")}.");
        var rows = m.Input("command_rows", Bits.Of(options.WordsPerLane));
        var depth = m.Input("command_depth", Extent);
        var outputs = m.Input("command_outputs", Extent);
        var group = options.HasMantissas ? m.Input("command_group", Extent, "inputs that share a mantissa") : depth;
        var groups = options.HasMantissas ? m.Input("command_groups", Extent, "of inputs along the depth; the last one may be short") : Unsigned.Constant(1);
        var accumulate = m.Input("command_accumulate", comment: "sums are added to what the accumulators hold");
        var address = m.Input("command_address", options.AddressBits, "of row 0 of the first block of outputs; the next block follows");
        var commandValid = m.Input("command_valid");
        var activationValid = m.Input("activation_valid");
        var mayStep = m.Input("may_step", comment: "what came before is complete in this cycle");
        var hasCodes = m.Input("has_codes", comment: "the step's codes are there");

        var commandReady = m.Forward("command_ready_now");
        var command = m.Wire("command_taken", commandValid & commandReady);
        var active = m.Register("active", 1, reset: 0);
        var fresh = m.Register("fresh", 1, comment: "the pass has not begun");
        var fullDepth = m.Delay("depth", depth, command);
        var fullGroup = options.HasMantissas ? m.Delay("group", group, command) : fullDepth;
        var allGroups = options.HasMantissas ? m.Delay("groups", groups, command) : groups;
        var allRows = m.Delay("rows", rows, command);
        var allOutputs = m.Delay("outputs", outputs, command);
        var firstAddress = m.Delay("first_address", address, command);
        var accumulates = m.Delay("accumulate", accumulate, command);
        var inputsLeft = m.Register("inputs_left", Extent, comment: "the present one among them");
        var groupLeft = m.Register("group_left", Extent);
        var input = m.Register("input_at", Extent);
        var rowsLeft = m.Register("rows_left", rows.Width, comment: "this pass's among them");
        var outputsLeft = m.Register("outputs_left", Extent, comment: "this pass's among them");
        var rowStart = m.Register("row_start", rows.Width, comment: "first row of the pass");
        var blockAddress = m.Register("block_address", options.AddressBits, comment: "of row 0 of the block of outputs");
        var begins = m.Register("begins_group", 1, comment: "no product of the group came yet");
        var part = options.Parts > 1 ? m.Register("part_at", Bits.OfIndex(options.Parts), reset: 0) : null;

        var passRows = m.Wire("pass_rows", Least(rowsLeft, options.Height));
        var passOutputs = m.Wire("pass_outputs", Least(outputsLeft, options.Lanes));
        var canFire = m.Wire("can_fire", active.Value & mayStep & hasCodes);
        var fire = m.Wire("fire", canFire & activationValid);
        var inputDone = m.Wire("input_done", part is null ? fire : fire & part.Value.Is(options.Parts - 1));
        var endsDepth = inputsLeft.Value.Is(1);
        var passDone = m.Wire("pass_ends", inputDone & endsDepth);
        var groupDone = m.Wire("group_ends", inputDone & (endsDepth | groupLeft.Value.Is(1)));
        var endsOutputs = outputsLeft.Value.Is(passOutputs);
        var isLast = m.Wire("is_last", endsOutputs & rowsLeft.Value.Is(passRows));
        var blockDone = m.Wire("rows_end", passDone & endsOutputs);
        var begin = m.Wire("begin_now", active.Value & fresh & mayStep);
        m.Drive(commandReady, ~active.Value | (passDone & isLast));

        active.Next(command, 1).Next(passDone & isLast, 0);
        fresh.Next(command | passDone, 1).Next(begin, 0);
        part?.Next(fire, part.Value.Increment());
        inputsLeft.Next(command, depth).Next(passDone, fullDepth).Next(inputDone, inputsLeft.Value.Decrement());
        groupLeft.Next(command, group).Next(groupDone, fullGroup).Next(inputDone, groupLeft.Value.Decrement());
        input.Next(command | passDone, 0).Next(inputDone, input.Value.Increment());
        outputsLeft.Next(command, outputs).Next(blockDone, allOutputs).Next(passDone, outputsLeft.Value.WrappingSubtract(passOutputs.Resize(Extent)));
        rowsLeft.Next(command, rows).Next(blockDone, rowsLeft.Value.WrappingSubtract(passRows.Resize(rows.Width)));
        rowStart.Next(command, 0).Next(blockDone, (rowStart.Value + passRows).Resize(rows.Width));
        blockAddress.Next(command, address).Next(blockDone, firstAddress).Next(passDone, (blockAddress.Value + allRows).Resize(options.AddressBits));
        begins.Next(command | groupDone, 1).Next(fire, 0);

        var perOutput = fullDepth * Unsigned.Constant(options.WeightBits);
        var bits = m.Wire("pass_bits", m.Wire("bits_of_output", options.HasMantissas ? perOutput + allGroups.ShiftLeft(BitOperations.Log2(ArrayOptions.MantissaBits)) : perOutput) * passOutputs);
        m.Output("beats", (bits + Unsigned.Constant(options.PortBits - 1)).ShiftRight(BitOperations.Log2((uint)options.PortBits)).Resize(BeatsBits(options)), "of the weight port for the whole pass");
        m.Output("command_ready", commandReady);
        m.Output("activation_ready", canFire, "bytes are taken where activation_valid is high too");
        m.Output("pass_begins", begin, "the pass begins");
        m.Output("step", fire, "an input's activations meet its weights");
        m.Output("step_begins", begins, "with step: the first product of a group");
        m.Output("take", inputDone, "the codes are not needed any more");
        m.Output("group_done", groupDone);
        m.Output("pass_done", passDone);
        m.Output("command_done", passDone & isLast);
        m.Output("last", isLast, "pass of a command");
        if (options.HasMantissas)
        {
            m.Output("first_group", m.Register("in_first_group").Next(command | passDone, 1).Next(groupDone, 0), "of the pass");
        }

        m.Output("row", rowStart, "first of the pass");
        m.Output("rows_now", passRows);
        m.Output("outputs_now", passOutputs);
        m.Output("address", (blockAddress.Value + rowStart.Value).Resize(options.AddressBits), "of the first row of the pass");
        m.Output("clear", ~accumulates);
        m.Output("input_now", input);
        if (part is not null)
        {
            m.Output("part", part);
        }

        return m;
    }

    private static Unsigned Least(Unsigned a, int bound) => (a < Unsigned.Constant(bound)).Select(a, Unsigned.Constant(bound)).Resize(Bits.Of(bound));
}
