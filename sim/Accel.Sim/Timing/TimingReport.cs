using Accel.Core.Units;
using Accel.Dram.Reports;
using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;

namespace Accel.Sim.Timing;

/// <summary>What a unit with nothing under way waited for.</summary>
public enum StallCause
{
    /// <summary>A semaphore that a DMA channel gives: data to arrive, or to have left.</summary>
    Dma,

    /// <summary>A semaphore that a matmul array gives: a product, or a weight slot that is still read.</summary>
    Array,

    /// <summary>A semaphore that a vector unit gives.</summary>
    Vector,

    /// <summary>The sequencer: a place in a full queue.</summary>
    Queue,

    /// <summary>The sequencer: all units, at a fence or at the end of a run.</summary>
    Fence,
}

/// <summary>Where the cycles of one unit went. <c>Busy + Stalled + Idle</c> is the report's total.</summary>
/// <param name="Name"><c>dma0</c>, <c>array3</c>, <c>vector0</c>, <c>sequencer</c>.</param>
/// <param name="Busy">Cycles with a command under way.</param>
/// <param name="StalledOn">Cycles in which a command waited, by <see cref="StallCause"/>.</param>
/// <param name="Idle">Cycles without anything to do.</param>
/// <param name="Commands">Commands executed.</param>
public sealed record UnitTiming(string Name, long Busy, IReadOnlyList<long> StalledOn, long Idle, long Commands)
{
    /// <summary>Cycles in which a command waited.</summary>
    public long Stalled => StalledOn.Sum();

    /// <summary>Of the same unit in two parts of the time.</summary>
    internal UnitTiming Plus(UnitTiming other) =>
        new(Name, Busy + other.Busy, Sums.Of(StalledOn, other.StalledOn), Idle + other.Idle, Commands + other.Commands);
}

/// <summary>One operator of the model, over all runs.</summary>
/// <param name="Name">As the model names it.</param>
/// <param name="Kind">Mnemonic of the operator.</param>
/// <param name="Cycles">
/// Cycles in which its command was the oldest that was not done. Every cycle belongs to one operator, so they add up to the total.
/// </param>
/// <param name="Commands">Commands executed.</param>
/// <param name="Macs">Multiply-accumulates.</param>
/// <param name="Bytes">Bytes between memory and chip, by <see cref="TrafficClass"/>.</param>
/// <param name="BusyCycles">Cycles from start to end of its commands, added up by <see cref="UnitKind"/>; commands of a unit may overlap.</param>
public sealed record OperatorTiming(
    string Name, string Kind, long Cycles, long Commands, Int128 Macs, IReadOnlyList<long> Bytes, IReadOnlyList<long> BusyCycles)
{
    /// <summary>Bytes of all classes.</summary>
    public long TotalBytes => Bytes.Sum();

    /// <summary>Of the same operator in two parts of the time.</summary>
    internal OperatorTiming Plus(OperatorTiming other) => new(
        Name, Kind, Cycles + other.Cycles, Commands + other.Commands, Macs + other.Macs, Sums.Of(Bytes, other.Bytes), Sums.Of(BusyCycles, other.BusyCycles));
}

/// <summary>One run of the workload.</summary>
/// <param name="Start">Core cycle.</param>
/// <param name="End">First core cycle in which all units are done and, if another run follows, memory is ready for it: there the next one starts.</param>
public readonly record struct RunTiming(WorkloadRun Run, long Start, long End)
{
    /// <summary>Core cycles.</summary>
    public long Cycles => End - Start;
}

/// <summary>What a timed simulation found. Cycles are those of the core clock.</summary>
public sealed record TimingReport
{
    public required CompiledProgram Program { get; init; }

    public required HardwareConfig Hardware { get; init; }

    public required Workload Workload { get; init; }

    /// <summary>From the first instruction of the first run to the end of the last.</summary>
    public required Cycles Cycles { get; init; }

    public required IReadOnlyList<RunTiming> Runs { get; init; }

    /// <summary>DMA channels, arrays, vector units, in this order.</summary>
    public required IReadOnlyList<UnitTiming> Units { get; init; }

    public required UnitTiming Sequencer { get; init; }

    /// <summary>In the order of the program's list.</summary>
    public required IReadOnlyList<OperatorTiming> Operators { get; init; }

    /// <summary>The memory's own figures; its cycles are ticks of its own clock. Null where memory takes no time.</summary>
    public required DramReport? Dram { get; init; }

    /// <summary>Multiply-accumulates of all arrays.</summary>
    public required Int128 Macs { get; init; }

    /// <summary>Bytes between memory and chip, by <see cref="TrafficClass"/>; what commands ask for, without the rest of partly used bursts.</summary>
    public required IReadOnlyList<long> Bytes { get; init; }

    /// <summary>Core cycles that were stepped through one by one: all of them without skipping, else none.</summary>
    public required long SteppedCycles { get; init; }

    public double Seconds => Cycles.Value / (double)Hardware.Clocks.Core.Value;

    public long TotalBytes => Bytes.Sum();

    /// <summary>Tokens that users get, per second.</summary>
    public double GeneratedTokensPerSecond => Workload.GeneratedTokens / Seconds;

    /// <summary>Tokens that go through the model, per second.</summary>
    public double ProcessedTokensPerSecond => Workload.ProcessedTokens / Seconds;

    /// <summary>Multiply-accumulates of 8-bit codes that all arrays can do in a cycle.</summary>
    public long PeakMacsPerCycle => (long)Hardware.MatMulArrays.Count * Hardware.MatMulArrays.Rows * Hardware.MatMulArrays.Columns;

    /// <summary>
    /// What one machine would report of two parts of the workload, all but the runs themselves; memory's time in the other part begins where it ends in
    /// this one.
    /// </summary>
    internal TimingReport Plus(TimingReport other) => this with
    {
        Cycles = Cycles + other.Cycles,
        Units = [.. Units.Zip(other.Units, (mine, its) => mine.Plus(its))],
        Sequencer = Sequencer.Plus(other.Sequencer),
        Operators = [.. Operators.Zip(other.Operators, (mine, its) => mine.Plus(its))],
        Dram = other.Dram is null ? Dram : Dram?.Then(other.Dram),
        Macs = Macs + other.Macs,
        Bytes = Sums.Of(Bytes, other.Bytes),
        SteppedCycles = SteppedCycles + other.SteppedCycles,
    };
}

/// <summary>Sums of numbers that belong together by their place.</summary>
file static class Sums
{
    public static IReadOnlyList<long> Of(IReadOnlyList<long> some, IReadOnlyList<long> others) => [.. some.Zip(others, (one, other) => one + other)];
}
