using System.Numerics;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays.OutputStationary;

/// <summary>
/// Bits of a pass between the weight port and the columns. The port brings beats of one width, whatever stands in them; a step takes the
/// codes of its outputs from the front, the end of a group the mantissas.
/// </summary>
internal static class WeightQueue
{
    /// <summary>Bits that may wait when another beat is taken.</summary>
    /// <remarks>
    /// Where the port is what a pass waits for, it must never pause: codes of a step or mantissas of a group, and what came with their
    /// last bits. Where the steps are, beats must have come early enough for mantissas that bring more than a step's time of
    /// bits at once; those of two groups, since the last group may be short. Then a step takes less than a beat.
    /// </remarks>
    internal static int Room(ArrayOptions options)
    {
        var mantissas = options.HasMantissas ? options.Lanes * ArrayOptions.MantissaBits : 0;
        var atOnce = Math.Max(options.Lanes * options.WeightBits, mantissas);
        var early = Math.Min(mantissas, ArrayOptions.MantissaBits * options.PortBits / options.WeightBits);
        return Math.Max(atOnce, 2 * early) + ((1 + options.Parts) * options.PortBits);
    }

    public static Module Build(ArrayOptions options)
    {
        var room = Room(options);
        var capacity = room + options.PortBits;
        var (codeBits, mantissaBits) = (options.Lanes * options.WeightBits, options.Lanes * ArrayOptions.MantissaBits);
        var outputsWidth = Bits.Of(options.Lanes);
        var m = new Module(
            $"{options.Name}_queue",
            $"Bits of a pass: {options.PortBits} come with a beat, {options.WeightBits} for each output go with a step{(options.HasMantissas ? $", {ArrayOptions.MantissaBits} for each at the end of a group" : "")}. What came in a cycle can go in it.");
        var beat = m.Input("weight_data", options.PortBits);
        var valid = m.Input("weight_valid");
        var begin = m.Input("pass_begins", comment: "a pass begins");
        var beats = m.Input("beats", StepIssuer.BeatsBits(options), "with begin: of the whole pass");
        var finish = m.Input("finish", comment: "a pass is over: what is left is what filled its last beat");
        var take = m.Input("take", comment: "a step takes its codes");
        var outputs = m.Input("outputs", outputsWidth, "of the step");

        var held = m.Register("held", Bits.Of(capacity), reset: 0, comment: "bits that wait");
        var bits = m.Register("bits", capacity, reset: 0, comment: "0 behind those that wait");
        var left = m.Register("beats_left", beats.Width, reset: 0);
        var toCome = m.Wire("to_come", begin.Select(beats, left.Value));
        var ready = m.Wire("ready", toCome.IsNot(0) & (held.Value <= Unsigned.Constant(room)));
        var taken = m.Wire("taken", ready & valid);
        left.Next(taken.Select(toCome.Decrement(), toCome));

        var (waiting, count) = (bits.Value, held.Value);
        if (options.HasMantissas)
        {
            var ended = m.Input("ended_outputs", outputsWidth, "of the group that has ended");
            var scale = m.Input("scale", comment: "its mantissas are taken");
            var places = m.Wire("mantissa_bits", ended.ShiftLeft(BitOperations.Log2(ArrayOptions.MantissaBits)));
            m.Output("mantissas", bits.Value.Truncate(mantissaBits));
            m.Output("has_mantissas", held.Value >= places, "all mantissas of the group wait");
            (waiting, count) = (scale.Select(waiting.ShiftRight(places), waiting), scale.Select(count.WrappingSubtract(places.Resize(count.Width)), count));
        }

        var kept = m.Wire("kept", finish.Select(Unsigned.Constant(capacity, 0), waiting));
        var keptCount = m.Wire("kept_count", finish.Select(Unsigned.Constant(count.Width, 0), count));
        var window = m.Wire("window", taken.Select(beat.ShiftLeft(keptCount, capacity) | kept, kept));
        var windowCount = m.Wire("window_count", (keptCount + taken.Select(Unsigned.Constant(options.PortBits), Unsigned.Constant(1, 0))).Resize(held.Value.Width));
        var stepBits = m.Wire("step_bits", (outputs * Unsigned.Constant(options.WeightBits)).Resize(held.Value.Width));
        bits.Next(take.Select(window.ShiftRight(stepBits), window));
        held.Next(take.Select(windowCount.WrappingSubtract(stepBits), windowCount));

        m.Output("weight_ready", ready, "a beat is taken where weight_valid is high too");
        m.Output("codes", window.Truncate(codeBits));
        m.Output("has_codes", windowCount >= stepBits, "all codes of the step are there");
        return m;
    }
}
