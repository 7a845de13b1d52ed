using Accel.Isa;
using Accel.Isa.Commands;

namespace Accel.Sim.Timing;

/// <summary>What each operator took.</summary>
internal sealed class OperatorTotals(IReadOnlyList<OperatorEntry> operators)
{
    private static readonly int _classes = Enum.GetValues<TrafficClass>().Length;

    /// <summary>Kinds of units.</summary>
    public const int Kinds = 3;

    private readonly long[] _cycles = new long[operators.Count];
    private readonly long[] _commands = new long[operators.Count];
    private readonly Int128[] _macs = new Int128[operators.Count];
    private readonly long[] _bytes = new long[operators.Count * _classes];
    private readonly long[] _busy = new long[operators.Count * Kinds];

    /// <summary>Cycles in which an operator's command was the oldest that was not done.</summary>
    public void Pass(int op, long cycles) => _cycles[op] += cycles;

    /// <summary>A command is done.</summary>
    public void Done(int op, UnitKind kind, long cycles)
    {
        _commands[op]++;
        _busy[(op * Kinds) + (int)kind] += cycles;
    }

    /// <summary>Several commands are done.</summary>
    /// <param name="op">Their operator.</param>
    /// <param name="commands">How many.</param>
    /// <param name="cycles">By <see cref="UnitKind"/>.</param>
    public void Done(int op, long commands, ReadOnlySpan<long> cycles)
    {
        _commands[op] += commands;
        for (var kind = 0; kind < Kinds; kind++)
        {
            _busy[(op * Kinds) + kind] += cycles[kind];
        }
    }

    public void Moved(int op, TrafficClass traffic, long bytes) => _bytes[(op * _classes) + (int)traffic] += bytes;

    public void Multiplied(int op, Int128 macs) => _macs[op] += macs;

    public Int128 Macs => _macs.Aggregate(Int128.Zero, (sum, macs) => sum + macs);

    public IReadOnlyList<long> Bytes => [.. Enumerable.Range(0, _classes).Select(kind => Enumerable.Range(0, operators.Count).Sum(op => _bytes[(op * _classes) + kind]))];

    public IReadOnlyList<OperatorTiming> Report() =>
    [
        .. operators.Select((op, i) => new OperatorTiming(
            op.Name, op.Kind, _cycles[i], _commands[i], _macs[i], _bytes[(i * _classes)..((i + 1) * _classes)], _busy[(i * Kinds)..((i + 1) * Kinds)])),
    ];
}
