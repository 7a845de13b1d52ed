using Accel.Core.Units;
using Accel.Report.Results;

namespace Accel.Report;

/// <summary>A question that everyone asks first, answered from a result.</summary>
/// <param name="Value">Short.</param>
/// <param name="Unit">Of the value; empty for none.</param>
/// <param name="Detail">A sentence; why there is no answer, if there is none.</param>
/// <param name="Status">Of the steps that the answer rests on.</param>
public sealed record Answer(string Question, string Value, string Unit, string Detail, StepStatus Status)
{
    /// <summary>Derived from the parts, so that no answer says other than the charts.</summary>
    public static IReadOnlyList<Answer> AllOf(RunResult result) => [Speed(result), Binding(result), Exactness(result), Size(result), Chip(result)];

    private static Answer Speed(RunResult result)
    {
        const string Question = "How fast?";
        if (result.Timing is not { } timing || result.Hardware is not { } hardware || Decode(timing) is not { } decode)
        {
            return Absent(result, Question, StepNames.Simulate);
        }

        var prefill = timing.Runs.FirstOrDefault(run => run.Name == "prefill");
        var prompt = prefill is null ? "" : $"; a prompt of {Figures.Whole(prefill.Tokens)} tokens in {Engineering.Format((double)prefill.Cycles / hardware.CoreHertz, "s")}";
        return new(
            Question, Figures.Count(TokensPerSecond(decode, hardware)), "tokens/s", $"one sequence, at position {Figures.Whole(decode.Position)}{prompt}", StatusOf(result, StepNames.Simulate));
    }

    private static Answer Binding(RunResult result) => result.Timing is { } timing
        ? new("What binds it?", timing.Binding, "", timing.Explanation, StatusOf(result, StepNames.Simulate))
        : Absent(result, "What binds it?", StepNames.Simulate);

    private static Answer Exactness(RunResult result)
    {
        const string Question = "How exact?";
        if (result.Numerics is not { } numerics)
        {
            return Absent(result, Question, StepNames.Check);
        }

        var bits = numerics.DifferingBits == 0
            ? $"program and integer model agree on every bit of {Figures.Count(numerics.ComparedElements)} values"
            : $"program and integer model differ in {Figures.Whole(numerics.DifferingBits)} bits";
        return new(Question, Figures.Change(PerplexityLoss(numerics)), "perplexity", $"against the float model; {bits}", StatusOf(result, StepNames.Check));
    }

    private static Answer Size(RunResult result) => result.Model is { } model
        ? new(
            "How big?", Figures.Bytes(model.WeightBytes), "of weights",
            $"{Figures.Count(model.Parameters)} parameters in {model.WeightFormat}" + (result.Compile is { } compile ? $"; {Figures.Bytes(compile.DramBytes)} of memory at context {Figures.Whole(compile.ContextLength)}" : ""),
            StatusOf(result, StepNames.Import))
        : Absent(result, "How big?", StepNames.Import);

    private static Answer Chip(RunResult result)
    {
        const string Question = "As a chip?";
        if (result.Chip is not { } chip)
        {
            return Absent(result, Question, StepNames.Emit);
        }

        var cycles = chip.CyclesPerToken.Count > 0 ? $"{Figures.Whole(chip.CyclesPerToken[0].Cycles)} to {Figures.Whole(chip.CyclesPerToken[^1].Cycles)} cycles per token; " : "";
        var words = result.Verification is { } verification
            ? $"{Figures.Whole(verification.Tokens - verification.DifferingTokens)} of {Figures.Whole(verification.Tokens)} simulated tokens as the integer model says"
            : $"not simulated: {Why(result, StepNames.Verify)}";
        var status = StatusOf(result, StepNames.Verify) == StepStatus.Failed ? StepStatus.Failed : StatusOf(result, StepNames.Emit);
        return new(Question, Figures.Count(chip.GateEquivalents), "gates", cycles + words, status);
    }

    /// <summary>Value and unit in a phrase.</summary>
    public string Phrase => Unit.Length == 0 ? Value : $"{Value} {Unit}";

    internal static TimedRunResult? Decode(TimingResult timing) => timing.Runs.FirstOrDefault(run => run.Name == "decode");

    internal static double TokensPerSecond(TimedRunResult run, HardwareResult hardware) => (double)run.Tokens / run.Cycles * hardware.CoreHertz;

    /// <summary>Growth of the perplexity from the float reference to the last executor.</summary>
    internal static double PerplexityLoss(NumericsResult numerics) => (numerics.Perplexities[^1].Perplexity / numerics.Perplexities[0].Perplexity) - 1;

    internal static StepStatus StatusOf(RunResult result, string step) => result.Steps.FirstOrDefault(known => known.Name == step)?.Status ?? StepStatus.NotRun;

    /// <summary>Why a part is not there.</summary>
    internal static string Why(RunResult result, string step) => result.Steps.FirstOrDefault(known => known.Name == step)?.Detail ?? "the result has no such step";

    private static Answer Absent(RunResult result, string question, string step)
    {
        var status = StatusOf(result, step);
        return new(question, status == StepStatus.Failed ? "failed" : "not run", "", Why(result, step), status);
    }
}
