using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>What a command's sizes come to, for one value of the register that decides them.</summary>
/// <param name="value">Of that register.</param>
internal sealed class CommandSizes(long value)
{
    private TransferShape _transfer;

    /// <summary>For which value of the register.</summary>
    public long Value { get; set; } = value;

    /// <summary>Cycles of a vector command or a read-out.</summary>
    public long Cycles { get; set; }

    /// <summary>Bytes from the first to the last of the scratchpad that matters to others.</summary>
    public long PadLength { get; set; }

    /// <summary>Words from the first to the last sum.</summary>
    public long SumsLength { get; set; }

    /// <summary>A product, and its last way through a pipeline.</summary>
    public PassRecord? Passes { get; set; }

    /// <summary>The memory side of a transfer.</summary>
    public ref TransferShape Transfer => ref _transfer;
}
