using Accel.Dram.Streams;

namespace Accel.Dram.Replay;

/// <summary>A transfer that was sent to a memory, or its completion that was handed out.</summary>
/// <param name="Cycle">Since the last restart.</param>
/// <param name="Number">The port of what was sent, the transfer of what completed.</param>
/// <param name="Sent">Null for a completion.</param>
internal readonly record struct MemoryEvent(long Cycle, int Number, DmaDescriptor? Sent)
{
    /// <summary>Whether two events are the same.</summary>
    public bool Is(in MemoryEvent other) =>
        Cycle == other.Cycle && Number == other.Number && (Sent is null ? other.Sent is null : other.Sent is not null && AreSame(Sent, other.Sent));

    private static bool AreSame(DmaDescriptor mine, DmaDescriptor its)
    {
        if (mine.BaseAddress != its.BaseAddress || mine.RunBytes != its.RunBytes || mine.IsWrite != its.IsWrite || mine.Loops.Count != its.Loops.Count)
        {
            return false;
        }

        for (var i = 0; i < mine.Loops.Count; i++)
        {
            if (mine.Loops[i] != its.Loops[i])
            {
                return false;
            }
        }

        return true;
    }
}
