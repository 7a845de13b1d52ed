using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>
/// Which operator a cycle belongs to: as <see cref="OperatorLedger"/> says. Command i is the oldest from the later of its issue and
/// the end of all commands before it, until the same holds for the next.
/// </summary>
internal sealed class OperatorStamps(OperatorTotals totals)
{
    private (int Operator, long Issued, long End)[] _commands = new (int, long, long)[1024];
    private long _oldest;
    private int _current;
    private long _since;
    private long _endOfAll;

    /// <summary>Commands issued so far; the number of the next.</summary>
    public long Issued { get; private set; }

    public long Issue(int op, long cycle)
    {
        if (Issued - _oldest == _commands.Length)
        {
            var larger = new (int, long, long)[2 * _commands.Length];
            for (var order = _oldest; order < Issued; order++)
            {
                larger[order & (larger.Length - 1)] = At(order);
            }

            _commands = larger;
        }

        At(Issued) = (op, cycle, StampedUnit.Never);
        return Issued++;
    }

    public void Done(in StampedCommand command, UnitKind kind, long end)
    {
        totals.Done(command.Command.Operator, kind, end - command.Start);
        At(command.Order).End = end;
        while (_oldest < Issued && At(_oldest) is { End: not StampedUnit.Never } oldest)
        {
            if (oldest.Operator != _current)
            {
                Close(Math.Max(_endOfAll, oldest.Issued));
                _current = oldest.Operator;
            }

            _endOfAll = Math.Max(_endOfAll, oldest.End);
            _oldest++;
        }
    }

    /// <summary>Books all cycles before one with the oldest command.</summary>
    public void Close(long cycle)
    {
        totals.Pass(_current, cycle - _since);
        _since = cycle;
    }

    private ref (int Operator, long Issued, long End) At(long order) => ref _commands[order & (_commands.Length - 1)];
}
