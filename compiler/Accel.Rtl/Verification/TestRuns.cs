using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Execution;
using Accel.Core.Diagnostics;
using Accel.Rtl.Chip;

namespace Accel.Rtl.Verification;

/// <summary>Runs whose tokens the interpreter drew, and whose cycles were predicted.</summary>
public static class TestRuns
{
    /// <summary>Every prompt under every setting, in that order.</summary>
    /// <param name="graph">With weights.</param>
    /// <param name="cycles">Of the chip.</param>
    /// <param name="contextLength">Positions of the chip.</param>
    /// <param name="prompts">At least one.</param>
    /// <param name="tokens">To draw behind each; fewer where the context ends.</param>
    /// <param name="settings">At least one.</param>
    /// <param name="progress">Told the runs that are done.</param>
    /// <exception cref="InputException">A prompt that the chip cannot take.</exception>
    public static IReadOnlyList<TestRun> Of(
        QuantizedGraph graph, CycleModel cycles, int contextLength, IReadOnlyList<int[]> prompts, int tokens, IReadOnlyList<SamplingSettings> settings, Action<long>? progress = null)
    {
        var generator = new TokenGenerator(graph, contextLength);
        var runs = new List<TestRun>();
        foreach (var prompt in prompts)
        {
            if (prompt.Length < 1 || prompt.Length > contextLength)
            {
                throw new InputException(graph.Name, $"prompt {(runs.Count / settings.Count) + 1}", $"1 to {contextLength} tokens", $"{prompt.Length}");
            }

            var count = Math.Min(tokens, contextLength - prompt.Length + 1);
            foreach (var setting in settings)
            {
                runs.Add(new(
                    setting, prompt, generator.Continue(prompt, count, setting),
                    [.. Enumerable.Range(0, prompt.Length + count - 1).Select(position => cycles.Of(position, position >= prompt.Length - 1, setting.InverseTemperature > 0))]));
                progress?.Invoke(runs.Count);
            }
        }

        return runs;
    }
}
