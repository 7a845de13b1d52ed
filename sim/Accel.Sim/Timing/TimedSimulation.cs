using Accel.Core.Diagnostics;
using Accel.Dram;
using Accel.Hardware;
using Accel.Isa;
using Accel.Sim.Kernel;
using Accel.Sim.Timing.Stamped;

namespace Accel.Sim.Timing;

/// <summary>How long a program takes on a machine, and where the time goes. Shapes are enough: no image is needed.</summary>
public static class TimedSimulation
{
    /// <summary>Steps of memory that are remembered, by all workers together: some 45 MB.</summary>
    private const int StepsKept = 1 << 14;

    /// <summary>Runs a workload to its end.</summary>
    /// <param name="program">With or without the images of its constants.</param>
    /// <param name="hardware">The machine it was compiled for.</param>
    /// <param name="workload">What is run.</param>
    /// <param name="options">Null for all defaults.</param>
    /// <exception cref="InputException">Program and machine do not belong together, or the config contradicts the memory's standard.</exception>
    /// <exception cref="MachineFaultException">The program did what the machine cannot do; a deadlock names who waits for whom.</exception>
    public static TimingReport Run(CompiledProgram program, HardwareConfig hardware, Workload workload, TimingOptions? options = null)
    {
        options ??= new();
        ProgramChecks.Run(program, program.Name);
        MachineChecks.Run(program, hardware);
        return Run(program, hardware, workload, options, null);
    }

    internal static TimingReport Run(
        CompiledProgram program, HardwareConfig hardware, Workload workload, TimingOptions options, CommandExecutor? executor)
    {
        if (!options.Skip)
        {
            return new SteppedMachine(program, hardware, options, Memory(hardware, options), executor).Run(workload, hardware);
        }

        return executor is null && IndependentRuns.Are(hardware, options)
            ? new IndependentRuns(program, hardware, options, (isFirst, workers) => Memory(hardware, options, isFirst, workers)).Run(workload)
            : new StampedMachine(program, hardware, options, Memory(hardware, options), executor).Run(workload, hardware);
    }

    /// <param name="isFirst">Whether the workload begins with it; else it is as a memory between two runs.</param>
    /// <param name="workers">Machines that simulate parts of the workload, each with a memory of its own.</param>
    internal static IMachineMemory Memory(HardwareConfig hardware, TimingOptions options, bool isFirst = true, int workers = 1)
    {
        if (options.Ideal.HasFlag(Idealised.Memory))
        {
            return new IdealMemory();
        }

        var config = MemoryOfMachine.Of(hardware);
        var mode = options.Skip ? SimulationMode.Reach : SimulationMode.Naive;
        var dram = new DramSystem(config, mode, isRestarted: !isFirst) { ForgetsCompleted = true, MostStepsKept = StepsKept / workers };
        var clocks = new ClockCrossing(hardware.Clocks.Core.Value, config.Device.Clock.Value);
        return new DramMemoryPort(dram, clocks, hardware.Memory.Controller.RefreshBetweenRuns, isRestarted: !isFirst);
    }
}
