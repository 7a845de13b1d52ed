namespace Accel.Sim.Reports.Timeline;

/// <summary>
/// The commands of one unit that do not overlap: each is a slice within the slice of its operator, which lasts for as long as the unit has
/// commands of that operator one after the other.
/// </summary>
internal sealed class UnitTrack(TrackWriter writer, string name, int rank)
{
    private readonly ulong _track = writer.AddTrack(name, rank);
    private readonly List<(string Name, long Start, long End)> _commands = [];
    private string _operator = "";
    private long _end;

    /// <summary>Whether a command that starts then would overlap nothing here.</summary>
    public bool IsFreeAt(long start) => _end <= start;

    public void Add(string operatorName, string command, long start, long end)
    {
        if (operatorName != _operator)
        {
            Flush();
            _operator = operatorName;
        }

        _commands.Add((command, start, end));
        _end = end;
    }

    /// <summary>Writes the operator that is under way.</summary>
    public void Flush()
    {
        if (_commands.Count == 0)
        {
            return;
        }

        var start = _commands[0].Start;
        writer.Begin(_track, _operator, start, _end - start);
        foreach (var command in _commands)
        {
            writer.Begin(_track, command.Name, command.Start, command.End - command.Start);
            writer.End(_track, command.End);
        }

        writer.End(_track, _end);
        _commands.Clear();
    }
}
