using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>What the sizes of a command come to.</summary>
internal sealed class CommandSize
{
    private bool _isKnown;
    private long _value;
    private TransferShape _transfer;

    /// <summary>Cycles of a vector command or a read-out.</summary>
    public long Cycles { get; set; }

    /// <summary>Bytes from the first to the last of the scratchpad that matters to others.</summary>
    public long PadLength { get; set; }

    /// <summary>Words from the first to the last sum.</summary>
    public long SumsLength { get; set; }

    /// <summary>A product, and its ways through a pipeline.</summary>
    public PassRecord? Passes { get; set; }

    /// <summary>The memory side of a transfer.</summary>
    public ref TransferShape Transfer => ref _transfer;

    /// <summary>Whether it is a load: only those overlap others on a channel.</summary>
    public bool IsLoad { get; set; }

    /// <summary>Whether it was filled in for this value of the register that decides it.</summary>
    public bool IsFor(long value) => _isKnown && _value == value;

    /// <summary>It is filled in for this value now.</summary>
    public void Claim(long value) => (_isKnown, _value) = (true, value);
}
