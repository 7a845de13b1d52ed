using Accel.Core.Diagnostics;
using Accel.Report.Results;

namespace Accel.Report.Json;

/// <summary>Figures of a result that must be true together: sums that add up, and nothing above its bound.</summary>
internal static class ResultChecks
{
    public static void Check(string file, RunResult result, List<Diagnostic> faults)
    {
        var steps = result.Steps.Select(step => step.Name).ToArray();
        foreach (var name in steps.Where(name => !StepNames.All.Contains(name)).Distinct())
        {
            faults.Add(new(file, "steps", "steps of " + string.Join(", ", StepNames.All), name));
        }

        Require(steps.Length == steps.Distinct().Count(), "steps", "each step once", "one twice");
        Part(result.Model, "model", StepNames.Import);
        Part(result.Hardware, "hardware", StepNames.Import);
        Part(result.Compile, "compile", StepNames.Compile);
        Part(result.Numerics, "numerics", StepNames.Check);
        Part(result.Timing, "timing", StepNames.Simulate);
        Part(result.Chip, "chip", StepNames.Emit);
        Part(result.Verification, "verification", StepNames.Verify);
        if (result.Hardware is { } hardware)
        {
            Require(
                hardware is { CoreHertz: > 0, MacsPerCycle: > 0, MemoryBytesPerSecond: > 0, ScratchpadBytes: > 0 }, "hardware", "clock, arrays, memory and scratchpad above zero", "zero");
        }

        if (result.Numerics is { } numerics)
        {
            Require(numerics.TopOneAgreement <= 1, "numerics.top_one_agreement", "at most 1", $"{numerics.TopOneAgreement}");
            Require(numerics.Perplexities.Count > 0, "numerics.perplexities", "the float reference at least", "none");
            Require(numerics.DifferingBits == 0 || IsFailed(StepNames.Check), "numerics.differing_bits", "0, or a failed check", $"{numerics.DifferingBits}");
        }

        if (result.Verification is { } verification)
        {
            Require(
                (verification is { DifferingTokens: 0, DifferingValues: 0, CyclesAgree: true }) || IsFailed(StepNames.Verify), "verification", "no difference, or a failed step", "a difference");
        }

        foreach (var (run, index) in (result.Timing?.Runs ?? []).Select((run, index) => (run, index)))
        {
            CheckRun(run, $"timing.runs[{index}]", result.Hardware);
        }

        void Part(object? part, string name, string step) => Require(
            part is null || result.Steps.Any(known => known.Name == step && known.Status != StepStatus.NotRun), name, $"the step that makes it, '{step}', among those that ran", "a step that did not");

        bool IsFailed(string step) => result.Steps.Any(known => known.Name == step && known.Status == StepStatus.Failed);

        void CheckRun(TimedRunResult run, string place, HardwareResult? hardware)
        {
            Require(run is { Cycles: > 0, Tokens: > 0 }, place, "cycles and tokens above zero", "zero");
            foreach (var unit in run.Units)
            {
                Require(
                    unit.Busy + unit.Stalled + unit.Idle == run.Cycles, $"{place}.units", $"busy, stalled and idle of '{unit.Name}' to add up to {run.Cycles} cycles", $"{unit.Busy + unit.Stalled + unit.Idle}");
            }

            if (hardware is not null)
            {
                Require(run.Macs <= (double)hardware.MacsPerCycle * run.Cycles, $"{place}.macs", "no more than the arrays can do in these cycles", $"{run.Macs}");
                Require(
                    run.DramBytes <= (double)hardware.MemoryBytesPerSecond / hardware.CoreHertz * run.Cycles, $"{place}.dram_bytes", "no more than the memory can move in these cycles", $"{run.DramBytes}");
                foreach (var op in run.Operators)
                {
                    Require(
                        op.ActiveCycles <= run.Cycles && op.Macs <= (double)hardware.MacsPerCycle * op.ActiveCycles, $"{place}.operators", $"no more of '{op.Name}' than the arrays can do in its cycles", $"{op.Macs} in {op.ActiveCycles}");
                }
            }

            Require(run.Operators.Sum(op => op.Cycles) <= run.Cycles, $"{place}.operators", $"cycles of no more than the run's {run.Cycles}", $"{run.Operators.Sum(op => op.Cycles)}");
            foreach (var unit in (run.Timeline?.Slices ?? []).GroupBy(slice => slice.Unit))
            {
                var end = 0L;
                foreach (var slice in unit)
                {
                    Require(slice.Start >= end && slice.End >= slice.Start && slice.End <= run.Cycles, $"{place}.timeline", $"slices of '{unit.Key}' one after another, within the run", $"{slice.Start} to {slice.End}");
                    end = Math.Max(end, slice.End);
                }
            }

            foreach (var sample in run.Timeline?.Bandwidth ?? [])
            {
                Require(sample.End > sample.Start && sample.End <= run.Cycles, $"{place}.timeline.bandwidth", "parts of the run that are not empty", $"{sample.Start} to {sample.End}");
            }
        }

        void Require(bool isRight, string place, string expected, string found)
        {
            if (!isRight)
            {
                faults.Add(new(file, place, expected, found));
            }
        }
    }
}
