using Accel.Isa;
using Accel.Isa.Commands;

namespace Accel.Sim.Timing;

/// <summary>What each operator took. A cycle belongs to the operator of the oldest command that is not done.</summary>
internal sealed class OperatorLedger(IReadOnlyList<OperatorEntry> operators)
{
    private static readonly int _classes = Enum.GetValues<TrafficClass>().Length;
    private static readonly int _kinds = Enum.GetValues<UnitKind>().Length;

    private readonly long[] _cycles = new long[operators.Count];
    private readonly long[] _commands = new long[operators.Count];
    private readonly Int128[] _macs = new Int128[operators.Count];
    private readonly long[] _bytes = new long[operators.Count * _classes];
    private readonly long[] _busy = new long[operators.Count * _kinds];

    /// <summary>Operators of the commands from the oldest that is not done, as a ring; -1 for one that is done.</summary>
    private int[] _underWay = new int[1024];
    private long _oldest;
    private int _current;

    /// <summary>Commands issued so far; the number of the next.</summary>
    public long Issued { get; private set; }

    public long Issue(int op)
    {
        if (Issued - _oldest == _underWay.Length)
        {
            var larger = new int[2 * _underWay.Length];
            for (var order = _oldest; order < Issued; order++)
            {
                larger[order & (larger.Length - 1)] = _underWay[order & (_underWay.Length - 1)];
            }

            _underWay = larger;
        }

        _underWay[Issued & (_underWay.Length - 1)] = op;
        if (_oldest == Issued)
        {
            _current = op;
        }

        return Issued++;
    }

    public void Done(long order, UnitKind kind, int op, long cycles)
    {
        _underWay[order & (_underWay.Length - 1)] = -1;
        _commands[op]++;
        _busy[(op * _kinds) + (int)kind] += cycles;
        while (_oldest < Issued && _underWay[_oldest & (_underWay.Length - 1)] is var oldest)
        {
            if (oldest >= 0)
            {
                _current = oldest;
                return;
            }

            _oldest++;
        }
    }

    public void Moved(int op, TrafficClass traffic, long bytes) => _bytes[(op * _classes) + (int)traffic] += bytes;

    public void Multiplied(int op, Int128 macs) => _macs[op] += macs;

    public void Pass(long cycles) => _cycles[_current] += cycles;

    public Int128 Macs => _macs.Aggregate(Int128.Zero, (sum, macs) => sum + macs);

    public IReadOnlyList<long> Bytes => [.. Enumerable.Range(0, _classes).Select(kind => Enumerable.Range(0, operators.Count).Sum(op => _bytes[(op * _classes) + kind]))];

    public IReadOnlyList<OperatorTiming> Report() =>
    [
        .. operators.Select((op, i) => new OperatorTiming(
            op.Name, op.Kind, _cycles[i], _commands[i], _macs[i], _bytes[(i * _classes)..((i + 1) * _classes)], _busy[(i * _kinds)..((i + 1) * _kinds)])),
    ];
}
