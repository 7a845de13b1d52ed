namespace Accel.Report.Results;

/// <summary>How a step of the flow ended.</summary>
public enum StepStatus
{
    /// <summary>It ran, and what it checked was right.</summary>
    Done,

    /// <summary>It ran and found a fault, or broke.</summary>
    Failed,

    /// <summary>It did not run; nothing is known.</summary>
    NotRun,
}

/// <summary>One step of the flow.</summary>
/// <param name="Name">One of <see cref="StepNames"/>.</param>
/// <param name="Detail">Its result in a line; why, if it failed or did not run.</param>
public sealed record StepResult(string Name, StepStatus Status, string Detail);

/// <summary>The steps of the flow.</summary>
public static class StepNames
{
    public const string Import = "import";
    public const string Compile = "compile";
    public const string Check = "check";
    public const string Simulate = "simulate";
    public const string Emit = "emit";
    public const string Verify = "verify";

    /// <summary>In order.</summary>
    public static IReadOnlyList<string> All { get; } = [Import, Compile, Check, Simulate, Emit, Verify];
}
