using System.Runtime.CompilerServices;
using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>
/// Which operator a cycle belongs to: as <see cref="OperatorLedger"/> says. Command i is the oldest from the later of its issue and the
/// end of all commands before it, until the same holds for the next. Commands of one operator that were issued one after the other are kept
/// together, as spans: between two of them cycles stay with the operator.
/// </summary>
internal sealed class OperatorStamps(OperatorTotals totals)
{
    /// <summary>By number, as a ring, from the oldest that is not done.</summary>
    private Span[] _spans = new Span[256];
    private int _oldest;
    private int _newest;
    private int _current;
    private long _since;
    private long _endOfAll;

    private struct Span
    {
        public int Operator;

        /// <summary>Commands that are not done.</summary>
        public int Undone;

        /// <summary>Issue of the first command.</summary>
        public long Issued;

        /// <summary>End of all commands that are done.</summary>
        public long End;

        /// <summary>Commands, and cycles from their starts to their ends by kind of unit.</summary>
        public long Commands;

        /// <inheritdoc cref="Commands"/>
        public BusyCycles Busy;
    }

    [InlineArray(OperatorTotals.Kinds)]
    private struct BusyCycles
    {
        private long _first;
    }

    /// <summary>A run begins: as in <see cref="OperatorLedger.BeginRun"/>.</summary>
    public void BeginRun() => _current = 0;

    /// <summary>A command is issued.</summary>
    /// <returns>The number of its span.</returns>
    public int Issue(int op, long cycle)
    {
        ref var newest = ref At(_newest);
        if (newest.Operator != op || newest.Undone == 0)
        {
            Begin(op, cycle);
            newest = ref At(_newest);
        }

        newest.Undone++;
        return _newest;
    }

    /// <summary>A command is done.</summary>
    /// <param name="number">Of its span.</param>
    /// <param name="kind">Of its unit.</param>
    /// <param name="cycles">From its start to its end.</param>
    /// <param name="end">Its end.</param>
    public void Done(int number, UnitKind kind, long cycles, long end)
    {
        ref var span = ref At(number);
        span.Busy[(int)kind] += cycles;
        span.Commands++;
        span.End = Math.Max(span.End, end);
        if (--span.Undone == 0 && number == _oldest)
        {
            Retire();
        }
    }

    /// <summary>All commands are done, and all cycles before one are over.</summary>
    public void Close(long cycle)
    {
        Book(ref At(_newest));
        Pass(cycle);
    }

    /// <summary>Books all cycles before one with the oldest command.</summary>
    private void Pass(long cycle)
    {
        totals.Pass(_current, cycle - _since);
        _since = cycle;
    }

    /// <summary>Books the commands of a span that are done.</summary>
    private void Book(ref Span span)
    {
        totals.Done(span.Operator, span.Commands, span.Busy);
        (span.Commands, span.Busy) = (0, default);
    }

    private void Begin(int op, long cycle)
    {
        if (_newest - _oldest == _spans.Length - 1)
        {
            var larger = new Span[2 * _spans.Length];
            for (var number = _oldest; number != _newest + 1; number++)
            {
                larger[number & (larger.Length - 1)] = At(number);
            }

            _spans = larger;
        }

        _newest++;
        At(_newest) = new() { Operator = op, Issued = cycle };
        Retire();
    }

    /// <summary>Leaves spans that are done behind, but for the newest.</summary>
    private void Retire()
    {
        while (_oldest != _newest && At(_oldest).Undone == 0)
        {
            Book(ref At(_oldest));
            _endOfAll = Math.Max(_endOfAll, At(_oldest).End);
            _oldest++;
            ref readonly var next = ref At(_oldest);
            if (next.Operator != _current)
            {
                Pass(Math.Max(_endOfAll, next.Issued));
                _current = next.Operator;
            }
        }
    }

    /// <remarks>Numbers wrap around: no more of them are kept than there are places.</remarks>
    private ref Span At(int number) => ref _spans[number & (_spans.Length - 1)];
}
