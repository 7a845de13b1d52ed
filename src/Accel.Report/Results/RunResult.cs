namespace Accel.Report.Results;

/// <summary>
/// What one flow found out about one model on one machine. Each part belongs to a step; a part that is null was not made, and the
/// step says why. No clock, no path: the same run gives the same bytes.
/// </summary>
public sealed record RunResult
{
    /// <summary>What the first member of every file says.</summary>
    public const string FormatName = "accel-result";

    /// <summary>Grows when a member changes its meaning or is taken away.</summary>
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>Version of the program that made the result.</summary>
    public required string Program { get; init; }

    /// <summary>In the order in which they ran.</summary>
    public required IReadOnlyList<StepResult> Steps { get; init; }

    public ModelResult? Model { get; init; }

    public HardwareResult? Hardware { get; init; }

    public CompileResult? Compile { get; init; }

    public NumericsResult? Numerics { get; init; }

    public TimingResult? Timing { get; init; }

    public ChipResult? Chip { get; init; }

    /// <summary>Words of the emitted chip, from its simulation.</summary>
    public VerificationResult? Verification { get; init; }

    /// <summary>The model and machine in a line: <c>shakespeare-hybrid, int8 weights, on edge</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Title => (Model, Hardware) switch
    {
        ({ } model, { } hardware) => $"{model.Name}, {model.WeightFormat} weights, on {hardware.Name}",
        ({ } model, null) => model.Name,
        (null, { } hardware) => hardware.Name,
        _ => "a run without model and machine",
    };
}
