using System.Text.Json;
using Accel.Rtl.Packaging;
using Accel.Rtl.Verification;

namespace Accel.Cli.Verbs;

/// <summary>What <c>accel rtl verify</c> found, for people and for programs.</summary>
internal static class RtlVerifyOutput
{
    public static void Write(Terminal terminal, ChipReport report, IReadOnlyList<TestRun> runs, VerificationResult result, Simulator simulator, bool json)
    {
        if (json)
        {
            terminal.WriteJson(writer => WriteJson(writer, report, runs, result, simulator));
            return;
        }

        terminal.Output.WriteLine($"{Terminal.Shown(report.Model.Name)}, weights {Terminal.Shown(report.Model.Weights)}, {runs.Count} runs under {simulator}, stalled at random");
        terminal.Output.WriteLine($"tokens: {Count(result.Tokens, result.DifferingTokens)} the interpreter's");
        terminal.Output.WriteLine($"cycles: {Count(result.Positions, result.DifferingCycles)} the prediction, {runs.Min(run => run.Cycles.Min()):N0} to {runs.Max(run => run.Cycles.Max()):N0} per token");
        if (result.Values > 0)
        {
            terminal.Output.WriteLine($"values: {Count(result.Values, result.DifferingValues)} the interpreter's, element by element");
        }

        if (result.FirstToken is { } token)
        {
            terminal.Output.WriteLine($"first token that differs: {Named(runs, token.Run)}, token {token.Index}: expected {token.Expected}, found {token.Found?.ToString() ?? "none"}");
        }

        if (result.FirstValue is { } value)
        {
            terminal.Output.WriteLine(
                $"first value that differs: '{value.Value}' (step {value.Step}) at position {value.Position} of {Named(runs, value.Run)}, element {value.Element}: expected {value.Expected}, found {value.Found?.ToString() ?? "none"}");
        }

        if (result.FirstCycles is { } cycles)
        {
            terminal.Output.WriteLine($"first cycles that differ: {Named(runs, cycles.Run)}, position {cycles.Position}: expected {cycles.Expected}, found {cycles.Found?.ToString() ?? "none"}");
        }

        if (!result.BenchAgrees)
        {
            terminal.Output.WriteLine($"the bench says:\n    {result.Log.Replace("\n", "\n    ", StringComparison.Ordinal)}");
        }

        terminal.Error.WriteLine($"built in {result.BuildTime.TotalSeconds:N0} s, ran in {result.RunTime.TotalSeconds:N0} s: {result.Summary}");
    }

    private static string Count(long all, long differing) => differing == 0 ? $"all {all:N0} are" : $"{differing:N0} of {all:N0} are not";

    private static string Named(IReadOnlyList<TestRun> runs, int run) =>
        $"run {run} (prompt of {runs[run].Prompt.Count}, {(runs[run].Settings.InverseTemperature == 0 ? "greedy" : "sampled")})";

    private static void WriteJson(Utf8JsonWriter writer, ChipReport report, IReadOnlyList<TestRun> runs, VerificationResult result, Simulator simulator)
    {
        writer.WriteString("model", report.Model.Name);
        writer.WriteString("weights", report.Model.Weights);
        writer.WriteString("tool", simulator.ToString().ToLowerInvariant());
        writer.WriteNumber("runs", runs.Count);
        writer.WriteBoolean("equal", result.IsEqual);
        writer.WriteNumber("tokens", result.Tokens);
        writer.WriteNumber("differing_tokens", result.DifferingTokens);
        writer.WriteNumber("positions", result.Positions);
        writer.WriteNumber("differing_cycles", result.DifferingCycles);
        writer.WriteNumber("values", result.Values);
        writer.WriteNumber("differing_values", result.DifferingValues);
        writer.WriteNumber("least_cycles_per_token", runs.Min(run => run.Cycles.Min()));
        writer.WriteNumber("most_cycles_per_token", runs.Max(run => run.Cycles.Max()));
        if (result.FirstToken is { } token)
        {
            writer.WriteStartObject("first_token");
            Write(token.Run, "index", token.Index, token.Expected, token.Found);
        }

        if (result.FirstCycles is { } cycles)
        {
            writer.WriteStartObject("first_cycles");
            Write(cycles.Run, "position", cycles.Position, cycles.Expected, cycles.Found);
        }

        if (result.FirstValue is { } value)
        {
            writer.WriteStartObject("first_value");
            writer.WriteString("value", value.Value);
            writer.WriteNumber("step", value.Step);
            writer.WriteNumber("element", value.Element);
            Write(value.Run, "position", value.Position, value.Expected, value.Found);
        }

        writer.WriteString("bench", result.Summary);
        writer.WriteNumber("build_seconds", Math.Round(result.BuildTime.TotalSeconds, 1));
        writer.WriteNumber("run_seconds", Math.Round(result.RunTime.TotalSeconds, 1));

        void Write(int run, string place, int index, long expected, long? found)
        {
            writer.WriteNumber("run", run);
            writer.WriteNumber(place, index);
            writer.WriteNumber("expected", expected);
            if (found is { } known)
            {
                writer.WriteNumber("found", known);
            }
            else
            {
                writer.WriteNull("found");
            }

            writer.WriteEndObject();
        }
    }
}
