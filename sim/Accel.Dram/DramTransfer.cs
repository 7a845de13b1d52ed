using Accel.Dram.Streams;

namespace Accel.Dram;

/// <summary>A transfer of a memory, over all its channels.</summary>
internal sealed record DramTransfer
{
    public required int Port { get; init; }

    public required long Earliest { get; init; }

    public required UInt128 Bytes { get; init; }

    /// <summary>Pseudo-channels where something of it has not completed.</summary>
    public int PartsLeft { get; set; }

    /// <summary>Pseudo-channels where something of it has not entered a queue.</summary>
    public int PartsToEnter { get; set; }

    public long Completion { get; set; } = -1;

    /// <summary>Of a trace: what falls to each pseudo-channel.</summary>
    public TraceCursor[]? Cursors { get; set; }

    public int TraceLength { get; init; }
}
