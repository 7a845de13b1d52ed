using Accel.Isa.Commands;
using Accel.Sim.Reports;
using Accel.Sim.Reports.Timeline;
using Accel.Sim.Timing;

namespace Accel.Sim.Tests.Reports;

/// <summary>What reports say of one small timed program: sums that must agree, bounds that must hold, files that read back.</summary>
public sealed class TimedReportTests
{
    private static readonly Isa.CompiledProgram _program = DecodeWorkload.Make(4, 64);

    private static TimingReport Report(TimingOptions? options = null) => TimedSimulation.Run(_program, Bench.Hardware, Workload.Decode(_program, 0, 3), options);

    [Fact]
    public void Busy_stalled_and_idle_add_up_for_every_unit_and_operators_to_the_whole()
    {
        var report = Report();
        Assert.All(report.Units.Append(report.Sequencer), unit => Assert.Equal(report.Cycles.Value, unit.Busy + unit.StalledOn.Sum() + unit.Idle));
        Assert.Equal(report.Cycles.Value, report.Operators.Sum(op => op.Cycles));
        Assert.Equal(report.TotalBytes, report.Operators.Sum(op => op.TotalBytes));
        Assert.Equal(report.Cycles.Value, report.Runs.Sum(run => run.Cycles));
    }

    [Fact]
    public void No_run_is_above_its_roofline()
    {
        var roofline = Roofline.Of(Report());
        Assert.InRange(roofline.Reached, 0, 1);
        Assert.InRange(roofline.BytesPerSecond, 1, roofline.RefreshLimitedBytesPerSecond);
        Assert.InRange(roofline.MacsPerSecond, 1, roofline.PeakMacsPerSecond);
        Assert.Equal(roofline.MemoryCycles > roofline.ComputeCycles ? Resource.Memory : Resource.Arrays, roofline.Binding);
    }

    [Fact]
    public void The_binding_resource_is_the_one_whose_relief_gains_most()
    {
        var cycles = new Dictionary<Idealised, long>
        {
            [Idealised.Memory] = 60, [Idealised.Arrays] = 90, [Idealised.VectorUnits] = 99, [Idealised.Memory | Idealised.Arrays] = 55, [Idealised.Memory | Idealised.VectorUnits] = 20,
        };
        var found = Bottlenecks.Find(Report() with { Cycles = new(100) }, ideal => cycles[ideal]);
        Assert.Equal((Resource.Memory, Resource.VectorUnits), (found.Binding, found.NextBinding));
        Assert.Equal(100.0 / 60, found.Gain);
    }

    [Fact]
    public void Relief_never_slows_the_program_down()
    {
        var report = Report();
        var found = Bottlenecks.Find(report, ideal => Report(new() { Ideal = ideal }).Cycles.Value);
        Assert.All(found.Single, relief => Assert.InRange(relief.Cycles, 1, report.Cycles.Value));
        Assert.All(found.Next, relief => Assert.InRange(relief.Cycles, 1, found.Single[0].Cycles));
    }

    [Fact]
    public void Energy_names_the_source_of_every_part()
    {
        var report = Report();
        var energy = EnergyEstimate.Of(report);
        Assert.All(energy.Parts, part => Assert.True(part.Joules > 0 && part.Source.Length > 0, part.Name));
        Assert.Equal(energy.Parts.Sum(part => part.Joules) / report.Seconds, energy.Watts, 12);

        // Multiply-accumulates times the config's figure.
        Assert.Equal((double)report.Macs * Bench.Hardware.Energy.MacInt8.Femtojoules, energy.Parts[1].Joules * 1e15, 6);
    }

    [Fact]
    public void CSV_has_a_line_per_operator_and_its_columns_add_up()
    {
        var report = Report();
        var text = new StringWriter();
        OperatorCsv.Write(text, report, [.. report.Operators.Select(_ => 7L)]);
        var lines = text.ToString().TrimEnd().Split('\n').Select(line => line.Split(',')).ToList();
        Assert.Equal(report.Operators.Count + 1, lines.Count);
        Assert.All(lines, line => Assert.Equal(lines[0].Length, line.Length));
        long Sum(string column) => lines.Skip(1).Sum(line => long.Parse(line[Array.IndexOf(lines[0], column)]));
        Assert.Equal(report.Cycles.Value, Sum("cycles"));
        Assert.Equal((long)report.Macs, Sum("macs"));
        Assert.Equal(report.TotalBytes, Sum("bytes"));
        Assert.Equal(report.Bytes[(int)TrafficClass.Weights], Sum("weights_bytes"));
    }

    [Fact]
    public void A_timeline_reads_back_with_every_command_and_all_bytes()
    {
        using var stream = new MemoryStream();
        var workload = Workload.Decode(_program, 0, 3);
        var counter = new Counter();
        TimingReport report;
        using (var timeline = new TimelineWriter(stream, "run", _program, workload, Bench.Hardware.Clocks.Core))
        {
            report = TimedSimulation.Run(_program, Bench.Hardware, workload, new() { Observer = timeline });
            timeline.Complete();
        }

        TimedSimulation.Run(_program, Bench.Hardware, workload, new() { Observer = counter });
        var tracks = PerfettoReader.Read(stream.ToArray());
        Assert.Equal(3, tracks.Single(track => track.Name == "runs").Slices.Count);
        var units = tracks.Where(track => track.Slices.Count > 0 && track.Name != "runs").ToList();
        Assert.Equal(counter.Commands, units.Sum(track => track.Slices.Count(slice => slice.Depth == 1)));
        foreach (var track in units)
        {
            foreach (var depth in new[] { 0, 1 })
            {
                var slices = track.Slices.Where(slice => slice.Depth == depth).ToList();
                Assert.All(slices.Zip(slices.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start, $"{track.Name}: {pair}"));
            }

            Assert.All(track.Slices.Where(slice => slice.Depth == 0), slice => Assert.Contains(slice.Name, _program.Operators.Select(op => op.Name)));
        }

        // GB/s times seconds: the clock's cycles are a whole number of nanoseconds apart here.
        var samples = tracks.Single(track => track.Name == "memory bandwidth").Samples;
        var bytes = samples.Zip(samples.Skip(1), (now, next) => now.Value * (next.Time - now.Time)).Sum();
        Assert.Equal(report.TotalBytes, bytes, 1.0);
    }

    private sealed class Counter : ITimingObserver
    {
        public int Commands { get; private set; }

        public void OnCommand(in CommandTiming timing) => Commands += timing.Command is Synchronize or Tap ? 0 : 1;
    }
}
