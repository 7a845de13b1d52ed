using Accel.Core.Units;
using Accel.Report.Results;

namespace Accel.Report.Sections;

/// <summary>The machine, in numbers.</summary>
internal static class MachineSection
{
    public static Section Make(IReadOnlyList<Run> runs)
    {
        var there = runs.Where(run => run.Result.Hardware is not null).ToArray();
        var parts = new List<object>(Section.Absences(runs, StepNames.Import, result => result.Hardware));
        foreach (var run in there.DistinctBy(run => ResultKey(run.Result.Hardware!)))
        {
            var machine = run.Result.Hardware!;
            parts.Add(new Table(
                machine.Name,
                ["", ""],
                [
                    ["clock", Engineering.Format(machine.CoreHertz, "Hz")],
                    ["arrays", $"{Figures.Whole(machine.MacsPerCycle)} MACs per cycle, {Engineering.Format((double)machine.MacsPerCycle * machine.CoreHertz, "MAC/s")}"],
                    ["memory", Engineering.Format(machine.MemoryBytesPerSecond, "B/s")],
                    ["scratchpad", Figures.Bytes(machine.ScratchpadBytes)],
                    ["ridge point", $"{Figures.Significant((double)machine.MacsPerCycle * machine.CoreHertz / machine.MemoryBytesPerSecond)} MACs per byte"],
                    .. machine.Facts.Select(fact => new[] { fact.Name, fact.Value }),
                ],
                "facts"));
        }

        return new("machine", "Machine", there is [{ Result.Hardware: { } only }] ? $"The machine: {only.Name}" : "The machines", "", parts);
    }

    private static string ResultKey(HardwareResult machine) =>
        $"{machine with { Facts = [] }}{string.Join(';', machine.Facts)}";
}
