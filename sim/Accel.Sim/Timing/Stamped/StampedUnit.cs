using Accel.Isa.Commands;
using Accel.Sim.Kernel;

namespace Accel.Sim.Timing.Stamped;

/// <summary>
/// A unit. What it decides is a cycle as a function of cycles: when its next command starts and when that ends, once
/// everything they depend on is known.
/// </summary>
internal abstract class StampedUnit(UnitId id, int number)
{
    /// <summary>No cycle that is known yet.</summary>
    public const long Never = SemaphoreFile.Never;

    private readonly CycleLedger _ledger = new();

    public UnitId Id { get; } = id;

    /// <summary>Its number among the machine's units.</summary>
    public int Number { get; } = number;

    /// <summary>All cycles before it are booked: the end of the last command that is done.</summary>
    public long LastEnd { get; private set; }

    /// <summary>Works out what a command's sizes come to.</summary>
    /// <exception cref="OverflowException">A size does not fit.</exception>
    public abstract void Measure(Command command, CommandSize size, ReadOnlySpan<long> registers);

    /// <summary>Ends a command: no earlier than the one before it. Books the cycles since.</summary>
    /// <returns>Its end.</returns>
    public long Book(in StampedCommand command, long workEnd)
    {
        if (command.Start > LastEnd)
        {
            var queued = Math.Max(LastEnd, command.Issued);
            var waited = Math.Clamp(command.Ready, queued, command.Start);
            _ledger.Idle(command.Start - LastEnd - (waited - queued));
            _ledger.Stalled(command.Cause, waited - queued);
        }

        var end = Math.Max(workEnd, LastEnd);
        _ledger.Busy(end - Math.Max(LastEnd, command.Start));
        _ledger.Commands++;
        LastEnd = end;
        return end;
    }

    /// <summary>The run has ended, and nothing is left: the unit idles until a cycle.</summary>
    public void CloseRun(long end)
    {
        _ledger.Idle(end - LastEnd);
        LastEnd = end;
    }

    public UnitTiming Report() => _ledger.Report($"{Id}");
}
