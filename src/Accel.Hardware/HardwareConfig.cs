using Accel.Core.Units;

namespace Accel.Hardware;

/// <summary>A machine: everything that decides which programs fit it, what they compute and how long that takes.</summary>
public sealed record HardwareConfig
{
    /// <summary>Lower-case letters, digits and dashes.</summary>
    public required string Name { get; init; }

    public required ClockConfig Clocks { get; init; }

    public required MatMulArrayConfig MatMulArrays { get; init; }

    public required VectorUnitConfig VectorUnits { get; init; }

    public required ScratchpadConfig Scratchpad { get; init; }

    public required DmaConfig Dma { get; init; }

    public required SequencerConfig Sequencer { get; init; }

    public required MemoryConfig Memory { get; init; }

    public required ProcessConfig Process { get; init; }

    public required EnergyConfig Energy { get; init; }
}

/// <summary>Clock domains: the chip, and the memory's command clock.</summary>
public sealed record ClockConfig(Hertz Core, Hertz Memory)
{
    /// <summary>Both clocks in lowest terms: <c>Core</c> core cycles take as long as <c>Memory</c> memory cycles.</summary>
    public (long Core, long Memory) Ratio
    {
        get
        {
            var (a, b) = (Core.Value, Memory.Value);
            while (b != 0)
            {
                (a, b) = (b, a % b);
            }

            return (Core.Value / a, Memory.Value / a);
        }
    }
}

/// <summary>Off-chip memory and its controller. The standard's timings live with the DRAM simulator.</summary>
public sealed record MemoryConfig
{
    /// <summary>Family and data rate: <c>LPDDR5-6400</c>.</summary>
    public required string Standard { get; init; }

    /// <summary>Kind of device within the standard: <c>8Gb_x16</c>.</summary>
    public required string Organisation { get; init; }

    public required int Channels { get; init; }

    /// <summary>Data pins of a channel.</summary>
    public required int ChannelBits { get; init; }

    public required Bytes Capacity { get; init; }

    /// <summary>Peak over all channels, in bytes per second, as stated; checked against width, rate and channels.</summary>
    public required long BytesPerSecond { get; init; }

    /// <summary>Order of address bits, most significant first: <c>row|rank|bank|column|bankgroup|channel</c>.</summary>
    public required string Mapping { get; init; }

    public required MemoryControllerConfig Controller { get; init; }

    /// <summary>Transfers per second of a pin, from the standard's name.</summary>
    public long TransfersPerSecond => StandardName.Rate(Standard) * 1_000_000;

    /// <summary>Family of the standard: <c>LPDDR5</c>.</summary>
    public string Family => StandardName.Family(Standard);
}

/// <summary>What happens to a DRAM row after an access.</summary>
public enum PagePolicy
{
    Open,
    Closed,
}

/// <summary>How DRAM rows are refreshed.</summary>
public enum RefreshPolicy
{
    AllBank,
    PerBank,
}

/// <summary>Policy of each memory channel's controller.</summary>
/// <param name="ReadQueue">Entries.</param>
/// <param name="WriteQueue">Entries.</param>
/// <param name="RowHitCap">Accesses that an open row may serve while an older request waits for another row of the bank; 0 for no limit.</param>
/// <param name="RefreshBetweenRuns">
/// Whether, between two runs of a program, all rows are closed and every rank is refreshed ahead of time, and the timer of refresh begins anew. The
/// next run starts when that is done, in a cycle in which both clocks have an edge: it takes about a microsecond, and makes what a run takes
/// independent of the runs before it.
/// </param>
public sealed record MemoryControllerConfig(
    PagePolicy Page, RefreshPolicy Refresh, int ReadQueue, int WriteQueue, int RowHitCap, bool RefreshBetweenRuns = false);

/// <summary>Semiconductor process, and where the figure comes from.</summary>
/// <param name="NodeNanometres">The node's name.</param>
public sealed record ProcessConfig(int NodeNanometres, string Source);

/// <summary>An energy in femtojoules, and where the figure comes from.</summary>
public sealed record EnergyFigure(long Femtojoules, string Source);

/// <summary>Energy per event.</summary>
/// <param name="MacInt8">One multiply-accumulate of 8-bit codes.</param>
/// <param name="VectorLane">One operation of one vector lane.</param>
/// <param name="ScratchpadByte">One byte read from or written to the scratchpad.</param>
/// <param name="MemoryBit">One bit to or from DRAM, with its interface.</param>
public sealed record EnergyConfig(EnergyFigure MacInt8, EnergyFigure VectorLane, EnergyFigure ScratchpadByte, EnergyFigure MemoryBit);
