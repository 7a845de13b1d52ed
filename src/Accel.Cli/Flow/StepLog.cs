using System.Diagnostics;
using System.Globalization;
using Accel.Report.Results;
using Accel.Rtl.Tools;
using Accel.Sim;

namespace Accel.Cli.Flow;

/// <summary>Runs the steps of a flow: each is shown with its time and result as it ends, and kept, without its time, for the report.</summary>
/// <param name="output">Lines go there; null for nobody.</param>
internal sealed class StepLog(TextWriter? output)
{
    private readonly List<StepResult> _steps = [];

    public IReadOnlyList<StepResult> Steps => _steps;

    public bool HasFailed => _steps.Any(step => step.Status == StepStatus.Failed);

    /// <summary>Runs a step.</summary>
    /// <param name="step">Gives its result in a line and whether what it checked was right.</param>
    /// <returns>Whether the step is done and right.</returns>
    /// <remarks>A program that breaks its machine and a tool that fails are results; bad input ends the flow.</remarks>
    public bool Run(string name, Func<(bool IsRight, string Detail)> step)
    {
        var clock = Stopwatch.StartNew();
        StepStatus status;
        string detail;
        try
        {
            (var isRight, detail) = step();
            status = isRight ? StepStatus.Done : StepStatus.Failed;
        }
        catch (Exception fault) when (fault is MachineFaultException or ToolFailedException)
        {
            (status, detail) = (StepStatus.Failed, fault.Message.Split('\n')[0]);
        }

        Add(name, status, detail, string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0.0} s"));
        return status == StepStatus.Done;
    }

    /// <summary>Notes a step that does not run.</summary>
    public void Skip(string name, string reason) => Add(name, StepStatus.NotRun, reason, "-");

    private void Add(string name, StepStatus status, string detail, string time)
    {
        _steps.Add(new(name, status, detail));
        var word = status switch { StepStatus.Done => "done", StepStatus.Failed => "FAILED", _ => "not run" };
        output?.WriteLine($"  {name,-9} {word,-8} {time,7}  {detail}");
        output?.Flush();
    }
}
