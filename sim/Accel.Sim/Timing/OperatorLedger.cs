using Accel.Isa.Commands;

namespace Accel.Sim.Timing;

/// <summary>
/// Which operator a cycle belongs to: that of the oldest command that is not done, or of the last one issued if all are; before a run's first
/// command, the program's first. Kept from cycle to cycle.
/// </summary>
internal sealed class OperatorLedger(OperatorTotals totals)
{
    /// <summary>Operators of the commands from the oldest that is not done; -1 for one that is done.</summary>
    private readonly List<int> _underWay = [];
    private long _oldest;
    private int _current;
    private int _last;

    /// <summary>Commands issued so far; the number of the next.</summary>
    public long Issued { get; private set; }

    /// <summary>A run begins. What it books does not depend on the run before it.</summary>
    public void BeginRun() => _current = 0;

    public long Issue(int op)
    {
        if (_oldest == Issued)
        {
            _current = op;
        }

        _last = op;
        _underWay.Add(op);
        return Issued++;
    }

    public void Done(long order, UnitKind kind, int op, long cycles)
    {
        totals.Done(op, kind, cycles);
        _underWay[(int)(order - _oldest)] = -1;
        var done = 0;
        while (done < _underWay.Count && _underWay[done] < 0)
        {
            done++;
        }

        _underWay.RemoveRange(0, done);
        _oldest += done;
        _current = _underWay.Count > 0 ? _underWay[0] : _last;
    }

    public void Pass(long cycles) => totals.Pass(_current, cycles);
}
