using Accel.Report.Charts;
using Accel.Report.Results;

namespace Accel.Report.Sections;

/// <summary>A run on the page.</summary>
/// <param name="Index">0 for the first, against which others are compared.</param>
/// <param name="Letter">A, B, …; empty where there is one alone.</param>
internal sealed record Run(int Index, string Letter, RunResult Result)
{
    public static IReadOnlyList<Run> Of(IReadOnlyList<RunResult> results) =>
        [.. results.Select((result, i) => new Run(i, results.Count > 1 ? $"{(char)('A' + i)}" : "", result))];

    /// <summary>A text about this run, named by its letter where there are several.</summary>
    public string Named(string text) => Letter.Length == 0 ? text : $"{Letter}: {text}";

    /// <summary>The first column of data about several runs.</summary>
    public string Column => Letter.Length == 0 ? "A" : Letter;
}

/// <summary>A part of the page.</summary>
/// <param name="Title">A finding where there is one to tell, else a subject.</param>
internal sealed record Section(string Id, string Name, string Title, string Lead, IReadOnlyList<object> Parts)
{
    /// <summary>Runs that lack what a section shows, each with its reason.</summary>
    public static IEnumerable<object> Absences(IReadOnlyList<Run> runs, string step, Func<RunResult, object?> part) =>
        runs.Where(run => part(run.Result) is null).Select(run => new Absence(run.Named(""), Answer.StatusOf(run.Result, step), Answer.Why(run.Result, step)));
}

/// <summary>Charts that are read together, beside each other where there is room.</summary>
internal sealed record ChartPair(Chart Left, Chart Right)
{
    /// <summary>Charts in pairs, if they come in twos; else as they are.</summary>
    public static IEnumerable<object> Of(IReadOnlyList<Chart> charts) => charts is [var left, var right] ? [new ChartPair(left, right)] : charts;
}

/// <summary>Says that something is missing, and why.</summary>
internal sealed record Absence(string Run, StepStatus Status, string Reason);

/// <summary>A table.</summary>
/// <param name="Rows">The first cell is to the left, others to the right.</param>
internal sealed record Table(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string Type = "");

/// <summary>Texts beside each other.</summary>
internal sealed record TextPair(string Title, string LeftName, string Left, string RightName, string Right, bool AreEqual);
