using Accel.Compiler.Quantization;

namespace Accel.Rtl.Verification;

/// <summary>One text that a chip is made to write, and what is expected of it.</summary>
/// <param name="Settings">Of the draws.</param>
/// <param name="Prompt">Tokens that go in; at least one.</param>
/// <param name="Tokens">Tokens that must come out.</param>
/// <param name="Cycles">Clock cycles that each position must take, stalls left out: <c>Prompt + Tokens - 1</c> of them.</param>
public sealed record TestRun(SamplingSettings Settings, IReadOnlyList<int> Prompt, IReadOnlyList<int> Tokens, IReadOnlyList<long> Cycles)
{
    /// <summary>Positions that the chip computes: the last token is not read again.</summary>
    public int Positions => Prompt.Count + Tokens.Count - 1;
}
