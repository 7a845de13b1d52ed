using System.Runtime.InteropServices;
using Accel.Compiler.Quantization;
using Accel.Compiler.Tests.Emit;
using Accel.Compiler.Tests.Quantization;
using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Sim;

namespace Accel.Compiler.Tests.Scheduling;

/// <summary>The waits are needed, and they suffice: the machine proves both.</summary>
public sealed class SynchronisationTests
{
    private static readonly CompilerOptions _options = new() { ContextLength = 32, PrefillTokens = 8 };

    [Fact]
    public void A_program_without_its_semaphores_is_refused_by_the_machine()
    {
        var (program, hardware) = Compile(1);
        var bare = Edit(program, (_, command) => command with { Waits = [], Signals = [] });
        var fault = Assert.Throws<MachineFaultException>(() => Run(bare, hardware));
        Assert.Contains(fault.Kind, new[] { FaultKind.Unordered, FaultKind.NeverWritten });
    }

    [Fact]
    public void A_lost_signal_stops_the_machine()
    {
        var (program, hardware) = Compile(1);
        var first = program.EntryPoints[0].Instructions.ToList().FindIndex(i => i is Load { Signals.Count: > 0 });
        var fault = Assert.Throws<MachineFaultException>(
            () => Run(Edit(program, (index, command) => index == first ? command with { Signals = [] } : command), hardware));
        Assert.Contains(fault.Kind, new[] { FaultKind.Deadlock, FaultKind.Unordered });
    }

    [Fact]
    public void Most_waits_that_are_taken_away_are_missed()
    {
        // A wait is missed if the machine sees units out of order, or values that were not there yet; some only keep a slot apart from
        // a later round that a program this short does not reach.
        var (program, hardware) = Compile(3);
        var waits = program.EntryPoints[0].Instructions.Select((instruction, index) => (instruction, index))
            .Where(item => item.instruction is Command { Waits.Count: > 0 } and not Synchronize).Select(item => item.index).ToList();
        var missed = waits.Count(place =>
        {
            try
            {
                Run(Edit(program, (index, command) => index == place ? command with { Waits = [] } : command), hardware);
                return false;
            }
            catch (MachineFaultException)
            {
                return true;
            }
        });
        Assert.True(missed > waits.Count / 2, $"{missed} of {waits.Count}");
    }

    [Fact]
    public void The_same_model_and_machine_give_the_same_program() => Assert.Equal(Compile(2).Program, Compile(2).Program);

    private static (CompiledProgram Program, HardwareConfig Hardware) Compile(int seed)
    {
        var graph = RandomModelTests.Quantize(new RandomModel(seed), new QuantizationOptions { Rounding = WeightRounding.Nearest, RefinementSweeps = 0 });
        var hardware = Machines.Of(4, 4, arrays: 2, channels: 3);
        return (ModelCompiler.Compile(graph, hardware, _options).Program, hardware);
    }

    private static CompiledProgram Edit(CompiledProgram program, Func<int, Command, Command> edit) => program with
    {
        EntryPoints =
        [
            .. program.EntryPoints.Select(entry => entry with
            {
                Instructions = [.. entry.Instructions.Select((instruction, index) => instruction is Command command ? edit(index, command) : instruction)],
            }),
        ],
    };

    private static void Run(CompiledProgram program, HardwareConfig hardware)
    {
        var simulation = Simulation.Create(program, hardware);
        int[] tokens = [3, 1, 4, 1, 5, 9, 2, 6];
        simulation.WriteSegment("tokens", 0, MemoryMarshal.AsBytes(tokens.AsSpan()));
        simulation.Run("prefill", 0, Math.Min(8, program.EntryPoints[0].MaximumTokens));
    }
}
