namespace Accel.Report.Results;

/// <summary>The model as a chip whose weights are logic.</summary>
/// <param name="Style">How matrices are made: <c>rom</c>.</param>
/// <param name="WeightBits">Held as constants.</param>
/// <param name="GateEquivalents">Estimated, in two-input NANDs.</param>
/// <param name="Modules">Largest first or in order of emission.</param>
/// <param name="Memories">All that can be written.</param>
/// <param name="Steps">What its sequencer does for a token, in order.</param>
/// <param name="CyclesPerToken">As predicted when the chip was emitted.</param>
/// <param name="EstimateSource">Where the gate equivalents come from, and what they leave out.</param>
public sealed record ChipResult(
    string Style, long WeightBits, long GateEquivalents, IReadOnlyList<ModuleResult> Modules, IReadOnlyList<MemoryResult> Memories,
    IReadOnlyList<ChipStepResult> Steps, IReadOnlyList<TokenCyclesResult> CyclesPerToken, string EstimateSource);

/// <summary>A module of the chip.</summary>
/// <param name="Kind">What it does: <c>linear</c>.</param>
/// <param name="WeightBits">Constants in it.</param>
public sealed record ModuleResult(string Name, string Kind, long GateEquivalents, long WeightBits);

/// <summary>A memory of the chip.</summary>
/// <param name="Use">What it holds: <c>cache</c>.</param>
public sealed record MemoryResult(string Name, string Use, long Words, long BitsPerWord);

/// <summary>A step of the chip's sequencer.</summary>
/// <param name="Unit">The block that does it.</param>
/// <param name="Cycles">At the last position.</param>
public sealed record ChipStepResult(string Name, string Unit, long Cycles);

/// <summary>Time of a token at a position.</summary>
public sealed record TokenCyclesResult(long Position, long Cycles);

/// <summary>What the chip said when it was simulated.</summary>
/// <param name="Tool">And its version.</param>
/// <param name="Tokens">Compared.</param>
/// <param name="DifferingTokens">0 is the claim.</param>
/// <param name="CyclesAgree">Whether every token took as many cycles as predicted.</param>
/// <param name="Values">Values within the chip that were compared; 0 if only what comes out was.</param>
/// <param name="DifferingValues">0 is the claim.</param>
/// <param name="FirstDifference">Where it parts from the integer model; null where it never does.</param>
public sealed record VerificationResult(
    string Tool, long Tokens, long DifferingTokens, bool CyclesAgree, long Values, long DifferingValues, IReadOnlyList<GeneratedTextResult> Texts, string? FirstDifference = null);

/// <summary>The same prompt continued twice.</summary>
/// <param name="Sampling"><c>greedy</c>, or temperature and seed.</param>
/// <param name="Reference">By the integer model.</param>
/// <param name="Chip">By the simulated Verilog.</param>
public sealed record GeneratedTextResult(string Prompt, string Sampling, string Reference, string Chip);
