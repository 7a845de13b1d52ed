namespace Accel.Rtl.Verification;

/// <summary>A token that is not the interpreter's.</summary>
/// <param name="Run">Which run.</param>
/// <param name="Index">Which of its drawn tokens.</param>
/// <param name="Expected">The interpreter's.</param>
/// <param name="Found">The chip's; null where it gave none.</param>
public sealed record TokenDifference(int Run, int Index, int Expected, int? Found);

/// <summary>A position that took other cycles than predicted.</summary>
public sealed record CycleDifference(int Run, int Position, long Expected, long? Found);

/// <summary>A value that is not the interpreter's.</summary>
/// <param name="Run">Which run.</param>
/// <param name="Position">At which position.</param>
/// <param name="Step">Which step of the chip makes it.</param>
/// <param name="Value">Its name in the model.</param>
/// <param name="Element">The first element that differs; the width stands for the scale of codes.</param>
/// <param name="Expected">The interpreter's.</param>
/// <param name="Found">The chip's; null where it did not show.</param>
public sealed record ValueDifference(int Run, int Position, int Step, string Value, int Element, int Expected, int? Found);

/// <summary>What a chip did, beside what it should have done.</summary>
public sealed record VerificationResult
{
    /// <summary>Tokens that were compared.</summary>
    public required long Tokens { get; init; }

    public required long DifferingTokens { get; init; }

    /// <summary>Positions whose cycles were compared.</summary>
    public required long Positions { get; init; }

    public required long DifferingCycles { get; init; }

    /// <summary>Values that were compared, element by element or by hash; 0 without probes.</summary>
    public required long Values { get; init; }

    public required long DifferingValues { get; init; }

    public TokenDifference? FirstToken { get; init; }

    public CycleDifference? FirstCycles { get; init; }

    public ValueDifference? FirstValue { get; init; }

    /// <summary>What the bench itself said: clock cycles, or what it saw wrong on the wires.</summary>
    public required string Log { get; init; }

    /// <summary>Its last line.</summary>
    public string Summary => Log.Split('\n')[^1];

    /// <summary>Whether the bench, which also watches the streams' rules, was content.</summary>
    public required bool BenchAgrees { get; init; }

    public required TimeSpan BuildTime { get; init; }

    public required TimeSpan RunTime { get; init; }

    public bool IsEqual => BenchAgrees && DifferingTokens == 0 && DifferingCycles == 0 && DifferingValues == 0;
}
