using Accel.Isa.Commands;
using Accel.Sim.Timing;
using Accel.Sim.Timing.Stamped;

namespace Accel.Sim.Tests.Timing;

/// <summary>Going from event to event changes no number: every command's start and end, every counter, those of the memory included.</summary>
public sealed class SkippingTests
{
    [Fact]
    public void Skipping_agrees_with_ticking_on_random_programs_and_machines()
    {
        var commands = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new RandomTimedPrograms(seed);
            var machine = random.Machine();
            var program = random.Program(machine);
            var workload = Workload.Decode(program, 1, 2);
            var (fast, slow) = (new Recorder(), new Recorder());
            var skipped = TimedSimulation.Run(program, machine, workload, new() { Observer = fast });
            var ticked = TimedSimulation.Run(program, machine, workload, new() { Observer = slow, Skip = false });
            Assert.True(slow.Commands.SequenceEqual(fast.Commands), $"seed {seed}: commands");
            Assert.True(slow.Groups.SequenceEqual(fast.Groups), $"seed {seed}: groups of bursts");
            Assert.True(Recorder.Print(ticked) == Recorder.Print(skipped), $"seed {seed}\n{Recorder.Print(ticked)}\n--- skipped\n{Recorder.Print(skipped)}");
            commands += fast.Commands.Count;
            Assert.Equal((0, ticked.Cycles.Value), (skipped.SteppedCycles, ticked.SteppedCycles));
        }

        // The comparison means something: there was much to do.
        Assert.True(commands > 1000, $"{commands} commands");
    }

    [Fact]
    public void Machines_agree_on_what_lies_between_runs()
    {
        var rested = 0L;
        for (var seed = 3000; seed < 3040; seed++)
        {
            var random = new RandomTimedPrograms(seed);
            var machine = random.Machine();
            var program = random.Program(machine);
            var workload = Workload.Decode(program, 0, 5);
            var (fast, slow) = (new Recorder(), new Recorder());
            var ideal = (Idealised)(seed % 8);
            var (skip, tick) = (new TimingOptions { Observer = fast, Ideal = ideal }, new TimingOptions { Observer = slow, Skip = false, Ideal = ideal });
            var (one, other) = (new RestingMemory(TimedSimulation.Memory(machine, skip), seed, 500), new RestingMemory(TimedSimulation.Memory(machine, tick), seed, 500));
            var skipped = new StampedMachine(program, machine, skip, one, null).Run(workload, machine);
            var ticked = new SteppedMachine(program, machine, tick, other, null).Run(workload, machine);
            Assert.True(slow.Commands.SequenceEqual(fast.Commands), $"seed {seed}: commands");
            Assert.True(slow.Groups.SequenceEqual(fast.Groups), $"seed {seed}: groups of bursts");
            Assert.Equal(slow.Runs, fast.Runs);
            Assert.Equal(other.Rests, one.Rests);
            Assert.True(Recorder.Print(ticked) == Recorder.Print(skipped), $"seed {seed}\n{Recorder.Print(ticked)}\n--- skipped\n{Recorder.Print(skipped)}");
            Assert.Equal((0, ticked.Cycles.Value), (skipped.SteppedCycles, ticked.SteppedCycles));

            // The rest belongs to the run that ended, and none follows the last: runs add up to the total, and so does all else.
            Assert.Equal([(0, 0L), .. one.Rests.Select((rest, i) => (i + 1, rest.Next))], fast.Runs);
            Assert.Equal(fast.Runs.Skip(1).Select(run => run.Start).Append(skipped.Cycles.Value), skipped.Runs.Select(run => run.End));
            Assert.Equal(fast.Runs.Select(run => run.Start), skipped.Runs.Select(run => run.Start));
            Assert.All(skipped.Units.Append(skipped.Sequencer), unit => Assert.Equal(skipped.Cycles.Value, unit.Busy + unit.Stalled + unit.Idle));
            Assert.Equal(skipped.Cycles.Value, skipped.Operators.Sum(op => op.Cycles));
            Assert.All(fast.Commands.Where(command => command.Run < 4), command => Assert.True(command.End <= one.Rests[command.Run].End));
            Assert.All(fast.Commands.Where(command => command.Run > 0), command => Assert.True(command.Issued >= one.Rests[command.Run - 1].Next));

            // All units and the sequencer idle while memory rests.
            var rest = one.Rests.Sum(rest => rest.Next - rest.End);
            Assert.All(skipped.Units.Append(skipped.Sequencer), unit => Assert.True(unit.Idle >= rest, $"seed {seed}: {unit}"));
            rested += rest;
        }

        Assert.True(rested > 10_000, $"{rested} cycles");
    }

    [Fact]
    public void Every_cycle_of_every_unit_is_accounted_for_on_random_programs()
    {
        for (var seed = 1000; seed < 1200; seed++)
        {
            var random = new RandomTimedPrograms(seed);
            var machine = random.Machine();
            var program = random.Program(machine);
            var recorder = new Recorder();
            var report = TimedSimulation.Run(program, machine, Workload.Decode(program, 0, 2), new() { Observer = recorder });
            Assert.All(report.Units.Append(report.Sequencer), unit => Assert.Equal(report.Cycles.Value, unit.Busy + unit.Stalled + unit.Idle));
            Assert.Equal(report.Cycles.Value, report.Operators.Sum(op => op.Cycles));
            Assert.Equal(report.Cycles.Value, report.Runs.Sum(run => run.Cycles));
            Assert.Equal(recorder.Commands.Count, report.Units.Sum(unit => unit.Commands));
            Assert.Equal(recorder.Groups.Sum(group => group.Bytes), report.TotalBytes);
            Assert.All(recorder.Commands, command => Assert.True(command.Issued < command.Start && command.Start < command.End, $"seed {seed}: {command}"));
            for (var i = 0; i < report.Units.Count; i++)
            {
                // Busy is the union of what the observer saw.
                var (busy, reached) = (0L, 0L);
                foreach (var command in recorder.Commands.Where(command => $"{command.Unit}" == report.Units[i].Name).OrderBy(command => command.Start))
                {
                    busy += Math.Max(0, command.End - Math.Max(reached, command.Start));
                    reached = Math.Max(reached, command.End);
                }

                Assert.True(busy == report.Units[i].Busy, $"seed {seed}: {report.Units[i].Name}: {busy} and {report.Units[i].Busy}");
            }
        }
    }

    [Fact]
    public void Outstanding_bursts_never_exceed_what_the_config_allows()
    {
        for (var seed = 2000; seed < 2050; seed++)
        {
            var random = new RandomTimedPrograms(seed);
            var machine = random.Machine();
            var recorder = new Recorder();
            var program = random.Program(machine);
            TimedSimulation.Run(program, machine, Workload.Decode(program, 0), new() { Observer = recorder });
            foreach (var channel in recorder.Groups.GroupBy(group => group.Channel))
            {
                foreach (var at in channel.Select(group => group.Start))
                {
                    var underWay = channel.Where(group => group.Start <= at && at < group.End).Sum(group => group.Bursts);
                    // One counter holds at least one burst: four of them are the least that a channel has.
                    Assert.True(underWay <= Math.Max(4, machine.Dma.Outstanding), $"seed {seed}: {underWay}");
                }
            }
        }
    }
}
