using Accel.Isa.Commands;

namespace Accel.Sim;

/// <summary>Watches a run; called in the order in which commands are executed.</summary>
public interface ISimulationObserver
{
    /// <summary>A command was executed.</summary>
    /// <param name="instruction">Its index in the entry point.</param>
    /// <param name="registers">As they stood when it was issued.</param>
    void OnCommand(int instruction, Command command, ReadOnlySpan<long> registers)
    {
    }

    /// <summary>A row of a value that the program shows: see <see cref="Tap"/>.</summary>
    /// <param name="value">The value's number.</param>
    /// <param name="token">Token of the row, counted from the first of the run.</param>
    /// <param name="firstElement">Element of the first lane.</param>
    /// <param name="lanes">The row; valid during the call.</param>
    void OnTap(int value, long token, long firstElement, ReadOnlySpan<long> lanes)
    {
    }
}
