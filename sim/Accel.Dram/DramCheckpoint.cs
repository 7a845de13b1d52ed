using Accel.Core.Units;
using Accel.Dram.Controller;

namespace Accel.Dram;

/// <summary>A memory at some cycle since its last restart, to go back to after another restart. Taken while all channels are in one state.</summary>
internal sealed class DramCheckpoint
{
    public required Channel Channel { get; init; }

    /// <summary>Counts since the restart, of each pseudo-channel of any channel.</summary>
    public required Counters[] Counters { get; init; }

    /// <summary>Under way, or completed and not handed out or not forgotten.</summary>
    public required DramTransfer[] Transfers { get; init; }

    /// <summary>Those of <see cref="Transfers"/>.</summary>
    public required int[] Numbers { get; init; }

    public required ((long Cycle, int Transfer) Key, int Transfer)[] Completed { get; init; }

    public required (int Added, int Harvested, int Entered, int Unfinished) Progress { get; init; }

    public required Cycles Now { get; init; }
}
