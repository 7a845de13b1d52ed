using Accel.Core.Units;

namespace Accel.Hardware;

/// <summary>What follows from a config alone, whatever runs on it: peaks, and the points where one of them gives way to another.</summary>
public sealed record MachineFigures(HardwareConfig Config)
{
    /// <summary>Multiply-accumulates per core cycle with every multiplier busy.</summary>
    public long PeakMacsPerCycle => (long)Config.MatMulArrays.Count * Config.MatMulArrays.Rows * Config.MatMulArrays.Columns;

    public double PeakMacsPerSecond => PeakMacsPerCycle * CoreHertz;

    /// <summary>A multiply-accumulate counts as two operations, as in published TOPS.</summary>
    public double PeakOperationsPerSecond => 2 * PeakMacsPerSecond;

    /// <summary>Peak of the memory.</summary>
    public double BytesPerSecond => Config.Memory.BytesPerSecond;

    /// <summary>Multiply-accumulates per byte of DRAM traffic from which on the arrays bind and not the memory.</summary>
    /// <remarks>Also the number of tokens that must share each int8 weight before its product is bound by the arrays.</remarks>
    public double RidgeMacsPerByte => PeakMacsPerSecond / BytesPerSecond;

    /// <summary>Elements that all vector units handle.</summary>
    public double VectorElementsPerSecond => (double)Config.VectorUnits.Count * Config.VectorUnits.Lanes * CoreHertz;

    /// <summary>Packed weights that all arrays take in.</summary>
    public double WeightPortBytesPerSecond => Config.MatMulArrays.Count * Config.MatMulArrays.WeightPort.Value * CoreHertz;

    /// <summary>With every port of every bank busy.</summary>
    public double ScratchpadBytesPerSecond => Config.Scratchpad.BytesPerCycle.Value * CoreHertz;

    /// <summary>Bytes that the DMA channels keep under way together.</summary>
    public Bytes BytesUnderWay => Config.Dma.Burst * ((long)Config.Dma.Channels * Config.Dma.Outstanding);

    /// <summary>Seconds of memory latency that <see cref="BytesUnderWay"/> hides at the memory's peak (Little's law).</summary>
    public double LatencyCovered => BytesUnderWay.Value / BytesPerSecond;

    /// <summary>Watts of all multipliers at work, by the config's energy of an int8 multiply-accumulate.</summary>
    public double ArrayWatts => PeakMacsPerSecond * Config.Energy.MacInt8.Femtojoules * 1e-15;

    /// <summary>Watts of the memory at its peak, by the config's energy of a bit.</summary>
    public double MemoryWatts => 8 * BytesPerSecond * Config.Energy.MemoryBit.Femtojoules * 1e-15;

    private double CoreHertz => Config.Clocks.Core.Value;
}
