using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Sim.Timing;
using Accel.Sim.Timing.Stamped;

namespace Accel.Sim.Tests.Timing;

/// <summary>Runs that are simulated side by side add up to what one machine does that simulates them all, in every number.</summary>
public sealed class IndependentRunsTests
{
    private static string Alone(CompiledProgram program, HardwareConfig machine, Workload workload, TimingOptions options) =>
        Recorder.Print(new StampedMachine(program, machine, options, TimedSimulation.Memory(machine, options), null).Run(workload, machine));

    private static IndependentRuns SideBySide(CompiledProgram program, HardwareConfig machine, TimingOptions options, int workers, int stretch) =>
        new(program, machine, options, (isFirst, _) => TimedSimulation.Memory(machine, options, isFirst)) { Workers = workers, StretchRuns = stretch };

    [Theory]
    [InlineData(Idealised.None)]
    [InlineData(Idealised.Memory)]
    [InlineData(Idealised.Arrays)]
    public void One_two_and_three_workers_report_what_one_machine_does(Idealised ideal)
    {
        for (var seed = 0; seed < 25; seed++)
        {
            var random = new RandomTimedPrograms(seed);
            var machine = random.Machine(refreshesBetweenRuns: true);
            var program = random.Program(machine);
            var workload = Workload.Decode(program, 0, 11);
            var options = new TimingOptions { Ideal = ideal };
            var alone = Alone(program, machine, workload, options);
            foreach (var workers in new[] { 1, 2, 3 })
            {
                foreach (var stretch in new[] { 1, 4 })
                {
                    var together = Recorder.Print(SideBySide(program, machine, options, workers, stretch).Run(workload));
                    Assert.True(alone == together, $"seed {seed}, {workers} workers, {stretch} runs\n{alone}\n--- together\n{together}");
                }
            }
        }
    }

    [Fact]
    public void Whoever_gets_a_stretch_the_sums_are_the_same()
    {
        // A memory that is slow to be made keeps its worker from early stretches; the other one does them meanwhile.
        var machine = Refreshing(Bench.Hardware);
        var program = For(DecodeWorkload.Make(3, 64), machine);
        var (workload, options) = (Workload.Decode(program, 0, 24), new TimingOptions());
        var alone = Alone(program, machine, workload, options);
        foreach (var isFirstSlow in new[] { true, false })
        {
            var runs = new IndependentRuns(program, machine, options, (isFirst, _) =>
            {
                Thread.Sleep(isFirst == isFirstSlow ? 300 : 0);
                return TimedSimulation.Memory(machine, options, isFirst);
            }) { Workers = 2, StretchRuns = 2 };
            Assert.Equal(alone, Recorder.Print(runs.Run(workload)));
        }
    }

    [Fact]
    public void Each_run_behind_the_first_takes_what_it_takes_behind_any_other()
    {
        var machine = Refreshing(Bench.Hardware);
        var program = For(DecodeWorkload.Make(3, 64), machine);
        var report = TimedSimulation.Run(program, machine, Workload.Decode(program, 0, 40));
        Assert.Single(report.Runs.Skip(1).Take(38).Select(run => run.Cycles).Distinct());
        Assert.True(machine.Clocks.Ratio.Core > 1);
        Assert.All(report.Runs, run => Assert.Equal(0, run.Start % machine.Clocks.Ratio.Core));
        Assert.True(report.Runs[1].Cycles > report.Runs[^1].Cycles, "the last run has no rest behind it");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ticking_agrees_with_runs_side_by_side(bool isBatch)
    {
        for (var seed = 100; seed < 112; seed++)
        {
            var random = new RandomTimedPrograms(seed);
            var machine = random.Machine(refreshesBetweenRuns: true);
            var program = random.Program(machine);
            var workload = isBatch ? Workload.Decode(program, 3, 2).Then(Workload.Decode(program, 0, 3)) : Workload.Decode(program, 0, 5);
            var ticked = TimedSimulation.Run(program, machine, workload, new() { Skip = false });
            var skipped = SideBySide(program, machine, new(), 2, 1).Run(workload);
            Assert.True(Recorder.Print(ticked) == Recorder.Print(skipped), $"seed {seed}\n{Recorder.Print(ticked)}\n--- skipped\n{Recorder.Print(skipped)}");
        }
    }

    [Fact]
    public void Who_watches_runs_alone_is_told_of_each_in_order()
    {
        var machine = Refreshing(Bench.Hardware);
        var program = For(DecodeWorkload.Make(3, 64), machine);
        var (workload, one, other) = (Workload.Decode(program, 0, 30), new RunsAlone(), new RunsAlone());
        Alone(program, machine, workload, new() { Observer = one });
        SideBySide(program, machine, new() { Observer = other }, 3, 4).Run(workload);
        Assert.Equal(30, one.Runs.Count);
        Assert.Equal(one.Runs, other.Runs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Of_several_faults_the_one_of_the_earliest_run_comes_out(int workers)
    {
        // A run at position 8n + g idles n times, gives g signals and takes seven: with fewer than that, nobody can go on.
        const int Slow = 8 * 20_000;
        var (machine, vector, given, round) = (Refreshing(Bench.Hardware), new UnitId(UnitKind.Vector, 0), new Register(4), new Register(3));
        var program = For(Bench.Program([
            new Set(given, SetFunction.Modulo, new Register(0), 8), new Set(new Register(5), SetFunction.FloorDivide, new Register(0), 8),
            new Loop(round, new Register(5)), new Synchronize(vector), new EndLoop(),
            new Loop(round, given), new Synchronize(vector) { Signals = [2] }, new EndLoop(),
            new Synchronize(new(UnitKind.Array, 0)) { Waits = [new(2, 7)] },
            ]), machine);
        string Fault(Func<TimingReport> run) => Assert.Throws<MachineFaultException>(run).Message;

        // The first that fails does so at once, before one that is under way as well, or after it.
        long[][] workloads = [[7, 7, 7, 7, 3, 1, 7, 2], [3, (10 * Slow) + 1, (10 * Slow) + 2], [(10 * Slow) + 3, 1, 2], [(10 * Slow) + 7, 7, 3, 1]];
        foreach (var positions in workloads)
        {
            var workload = new Workload([.. positions.Select(position => new WorkloadRun("decode", position, 1))], positions.Length, positions.Length);
            var alone = Fault(() => new StampedMachine(program, machine, new(), TimedSimulation.Memory(machine, new()), null).Run(workload, machine));
            Assert.Contains("(3 of 7)", alone);

            // All workers begin together.
            using var barrier = new Barrier(workers);
            var runs = new IndependentRuns(program, machine, new(), (isFirst, _) =>
            {
                barrier.SignalAndWait(TimeSpan.FromSeconds(10));
                return TimedSimulation.Memory(machine, new(), isFirst);
            }) { Workers = workers, StretchRuns = 1 };
            Assert.Equal(alone, Fault(() => runs.Run(workload)));
        }
    }

    [Fact]
    public void Runs_are_taken_apart_only_where_they_do_not_depend_on_each_other()
    {
        var (machine, refreshing) = (Bench.Hardware, Refreshing(Bench.Hardware));
        Assert.True(IndependentRuns.Are(refreshing, new()));
        Assert.True(IndependentRuns.Are(refreshing, new() { Observer = new RunsAlone() }));
        Assert.False(IndependentRuns.Are(machine, new()));
        Assert.False(IndependentRuns.Are(refreshing, new() { Observer = new Recorder() }));
        Assert.False(IndependentRuns.Are(refreshing, new() { Skip = false }));
    }

    private static HardwareConfig Refreshing(HardwareConfig machine) =>
        machine with { Memory = machine.Memory with { Controller = machine.Memory.Controller with { RefreshBetweenRuns = true } } };

    private static CompiledProgram For(CompiledProgram program, HardwareConfig machine) => program with { Machine = MachineShapes.Of(machine) };

    private sealed class RunsAlone : ITimingObserver
    {
        public List<(int Run, long Start)> Runs { get; } = [];

        public bool WantsCommands => false;

        public void OnRun(int run, long start) => Runs.Add((run, start));
    }
}
