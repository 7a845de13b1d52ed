using Accel.Dram.Standards;

namespace Accel.Dram.Controller;

/// <summary>A command as an engine notes it.</summary>
/// <param name="Cycle">When it started.</param>
/// <param name="Command">Which.</param>
/// <param name="PseudoChannel">Within the channel.</param>
/// <param name="Bank">Bank within the pseudo-channel; for rank-wide commands the rank's first bank.</param>
/// <param name="Local">Local number of the burst it serves; -1 for refresh and the precharges before it.</param>
internal readonly record struct LoggedCommand(long Cycle, Command Command, int PseudoChannel, int Bank, long Local);

/// <summary>A request's end as an engine notes it.</summary>
internal readonly record struct LoggedCompletion(int PseudoChannel, int Port, long Ordinal, long Cycle);

/// <summary>What an engine writes down when asked to; null lists cost nothing.</summary>
internal sealed class ChannelLog
{
    public List<LoggedCommand>? Commands { get; set; }
    public List<LoggedCompletion>? Completions { get; set; }
}
