using System.Numerics;
using Accel.Compiler.Quantization;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>
/// Draws the next token from the logits: a pass for the greatest; by temperature one more for the sum of probabilities and one for the choice, a logit per
/// cycle.
/// </summary>
internal static class TokenSampler
{
    private const int RegisterBits = 64;

    /// <summary>From a logit to its probability: distance, product, shift, exponential.</summary>
    private const int WeightLatency = 3 + FunctionPipelines.Exp2Latency;

    /// <summary>Start, a pass, memory, settle.</summary>
    public static long GreedyCycles(int candidates) => candidates + 3L;

    /// <summary>What drawing takes more: two passes with their ways through the pipeline, threshold, finish.</summary>
    public static long DrawCycles(int candidates) => 2 * (candidates + 1L + WeightLatency + 1);

    /// <param name="logits">Lane address.</param>
    public static Unit Build(QuantizedSampling sampling, int logits, MachineShape shape, FunctionRoms roms)
    {
        var unit = new UnitBuilder(
            "token_sampler",
            "Next token: the greatest logit, or by temperature the lowest i with p[0] + ... + p[i] > T, p[i] = exp2neg(shift((M - l[i]) * B, " + $"{sampling.DistanceShift})), T = (r * D) >> {QuantizedSampling.DrawBits}.",
            1);
        var m = unit.Module;
        var temperature = m.Input("inverse_temperature", 16, "0 for greedy");
        var seed = m.Input("seed", RegisterBits);
        var load = m.Input("load", comment: "a sequence begins: the shift register takes the seed");
        var count = Unsigned.Constant(sampling.Candidates);

        var state = m.StateMachine("state", "idle", "scan", "settle", "sum", "draw", "choose", "finish");
        Unsigned In(string name) => m.Wire($"in_{name}", state.In(name));
        var (inScan, inSettle, inSum, inDraw, inChoose, inFinish) = (In("scan"), In("settle"), In("sum"), In("draw"), In("choose"), In("finish"));
        var isGreedy = m.Wire("is_greedy", temperature.Is(0));
        var stream = new LaneStream(unit, shape, count, start: unit.Start | (inSettle & ~isGreedy) | inDraw);
        var logit = stream.Read("a", Unsigned.Constant(logits), MachineShape.LaneWidth);
        var last = m.DelayFlag("last_data", stream.Last);
        var index = m.Delay("data_index", stream.Index, stream.Issue);

        m.Comment("The greatest logit; the first of equals.");
        var greatest = m.RegisterSigned("greatest", MachineShape.LaneWidth);
        var best = m.Register("best", ChipIndexWidth);
        var isGreater = m.Wire("is_greater", inScan & stream.IsData & (index.Is(0) | (logit > greatest.Value)));
        greatest.Next(isGreater, logit);
        best.Next(isGreater, index.Resize(ChipIndexWidth));

        m.Comment("Probabilities relative to it.");
        var distance = m.Delay("distance", (greatest.Value - logit).AsUnsigned().Truncate(32), stream.IsData);
        var valid1 = m.DelayFlag("valid_1", stream.IsData & ~inScan);
        var product = m.Delay("product", distance * temperature, valid1);
        var valid2 = m.DelayFlag("valid_2", valid1);
        var exponent = m.Delay("exponent", FixedPointLogic.Shift(product.ToSigned(), sampling.DistanceShift).AsUnsigned(), valid2);
        var valid3 = m.DelayFlag("valid_3", valid2);
        var p = FunctionPipelines.Exp2Negative(m, roms, "probability", exponent.ShiftLeft(24 - QuantizedSampling.DistanceFraction), valid3, QuantizedSampling.ProbabilityFraction);
        var weighed = FunctionPipelines.LaterFlag(m, "weighed", valid3, FunctionPipelines.Exp2Latency);
        var lastWeighed = FunctionPipelines.LaterFlag(m, "last_weighed", last & ~inScan, WeightLatency);

        m.Comment("Their sum, the threshold, and the first running sum above it.");
        var sumBits = QuantizedSampling.ProbabilityFraction + 1 + Bits.Of(sampling.Candidates);
        var sum = m.Register("sum", sumBits);
        var next = m.Wire("sum_next", (sum.Value + p).Resize(sumBits));
        sum.Next(inSettle | inDraw, 0).Next(weighed, next);
        var register = m.Register("shift_register", RegisterBits, comment: "xorshift 13, 7, 17");
        var threshold = m.Register("threshold", sumBits);
        threshold.Next(inDraw, (register.Value.Slice(RegisterBits - 1, RegisterBits - QuantizedSampling.DrawBits) * sum.Value).ShiftRight(QuantizedSampling.DrawBits).Resize(sumBits));
        register.Next(load, seed.Any().Select(seed, Unsigned.Constant(RegisterBits, 1))).Next(inDraw, Step(m, register));
        var candidate = m.Register("candidate", ChipIndexWidth);
        candidate.Next(inDraw, 0).Next(weighed, candidate.Value.Increment());
        var found = m.Register("found");
        var choice = m.Register("choice", ChipIndexWidth);
        var isChosen = m.Wire("is_chosen", inChoose & weighed & ~found.Value & (next > threshold.Value));
        found.Next(inDraw, 0).Next(isChosen, 1);
        choice.Next(isChosen, candidate.Value);
        m.Output("token", isGreedy.Select(best, choice), "from done on");
        m.Output("done", (inSettle & isGreedy) | inFinish);

        state.Go("idle", unit.Start, "scan");
        state.Go("scan", last, "settle");
        state.Go("settle", isGreedy, "idle");
        state.Go("settle", "sum");
        state.Go("sum", lastWeighed, "draw");
        state.Go("draw", "choose");
        state.Go("choose", lastWeighed, "finish");
        state.Go("finish", "idle");
        return unit.Build((_, _) => GreedyCycles(sampling.Candidates));
    }

    /// <summary>Bits of a token.</summary>
    private static int ChipIndexWidth => Chip.ChipInterface.TokenWidth;

    private static Unsigned Step(Module m, Unsigned register)
    {
        var a = m.Wire("shifted_13", register ^ register.Truncate(RegisterBits - 13).ShiftLeft(13));
        var b = m.Wire("shifted_7", a ^ a.ShiftRight(7).Extend(RegisterBits));
        return b ^ b.Truncate(RegisterBits - 17).ShiftLeft(17);
    }
}
