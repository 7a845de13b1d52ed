using Accel.Hardware;
using Accel.Sim.Timing;

namespace Accel.Sim.Reports;

/// <summary>What can bind a run.</summary>
public enum Resource
{
    /// <summary>DRAM and the way to it.</summary>
    Memory,

    /// <summary>Matmul arrays, their weight ports and their read-out.</summary>
    Arrays,

    /// <summary>Vector units.</summary>
    VectorUnits,
}

/// <summary>A run beside the most that its machine could do: cycles that the work takes at the peak of each resource alone.</summary>
/// <param name="Cycles">Of the run.</param>
/// <param name="ComputeCycles">Its multiply-accumulates with every multiplier busy.</param>
/// <param name="MemoryCycles">The bytes that DRAM moved for it at the peak that refresh leaves.</param>
/// <param name="MacsPerSecond">Done.</param>
/// <param name="PeakMacsPerSecond">Of all arrays.</param>
/// <param name="BytesPerSecond">Moved.</param>
/// <param name="RefreshLimitedBytesPerSecond">What refresh leaves of the peak.</param>
/// <param name="PeakBytesPerSecond">Of the memory.</param>
public sealed record Roofline(
    long Cycles, double ComputeCycles, double MemoryCycles, double MacsPerSecond, double PeakMacsPerSecond, double BytesPerSecond,
    double RefreshLimitedBytesPerSecond, double PeakBytesPerSecond)
{
    /// <summary>The cycles below which no schedule of the same work gets.</summary>
    public double BoundCycles => Math.Max(ComputeCycles, MemoryCycles);

    /// <summary>The resource whose peak gives <see cref="BoundCycles"/>.</summary>
    public Resource Binding => ComputeCycles > MemoryCycles ? Resource.Arrays : Resource.Memory;

    /// <summary>Share of the bound that was reached; never above 1.</summary>
    public double Reached => Cycles == 0 ? 0 : BoundCycles / Cycles;

    /// <summary>Multiply-accumulates per byte moved.</summary>
    public double MacsPerByte => BytesPerSecond == 0 ? double.PositiveInfinity : MacsPerSecond / BytesPerSecond;

    /// <summary>Multiply-accumulates per byte where both peaks meet.</summary>
    public double Ridge => PeakMacsPerSecond / RefreshLimitedBytesPerSecond;

    public static Roofline Of(TimingReport report)
    {
        var figures = new MachineFigures(report.Hardware);
        var memory = MemoryOfMachine.Of(report.Hardware);
        var (macs, bytes, core) = ((double)report.Macs, (double)report.TotalBytes, (double)report.Hardware.Clocks.Core.Value);
        return new(
            report.Cycles.Value,
            macs / figures.PeakMacsPerCycle,
            bytes / memory.RefreshLimitedBytesPerSecond * core,
            macs / report.Seconds,
            figures.PeakMacsPerSecond,
            bytes / report.Seconds,
            memory.RefreshLimitedBytesPerSecond,
            memory.PeakBytesPerSecond);
    }
}
