using System.Runtime.CompilerServices;

namespace Accel.Dram.Standards;

/// <summary>The scope in which two commands constrain each other: the same pseudo-channel, rank, bank group or bank.</summary>
public enum Level : byte
{
    PseudoChannel,
    Rank,
    BankGroup,
    Bank,
}

/// <summary>
/// One timing constraint of a standard: any of <paramref name="Next"/> may start no sooner than
/// <paramref name="Delay"/> ticks after the <paramref name="Window"/>-th last of <paramref name="Previous"/> started in the same scope.
/// </summary>
/// <param name="Level">The scope both commands must share.</param>
/// <param name="Previous">Commands that start the gap.</param>
/// <param name="Next">Commands that must wait.</param>
/// <param name="Delay">The wait in ticks, first cycle to first cycle.</param>
/// <param name="Window">1 for ordinary gaps, 4 for the four-activate window, 32 for the 32-activate window.</param>
/// <param name="Sibling">True: the commands go to <em>different</em> ranks of one pseudo-channel (rank-to-rank switch); level must be Rank.</param>
/// <param name="Formula">The text of <paramref name="Delay"/>, for reports; filled in by the compiler.</param>
public sealed record Gap<T>(
    Level Level,
    Command[] Previous,
    Command[] Next,
    Func<T, int> Delay,
    int Window = 1,
    bool Sibling = false,
    [CallerArgumentExpression(nameof(Delay))] string Formula = "");

/// <summary>A <see cref="Gap{T}"/> with its delay worked out for one speed bin.</summary>
public sealed record ResolvedGap(Level Level, Command[] Previous, Command[] Next, int Delay, int Window, bool Sibling, string Formula)
{
    /// <summary>One line for reports: <c>Rank ACT->ACT x4 >= 34 (FAW)</c>.</summary>
    public override string ToString() =>
        $"{(Sibling ? "sibling " : "")}{Level} {Names(Previous)}->{Names(Next)}{(Window > 1 ? $" x{Window}" : "")} >= {Delay} ({Formula})";

    private static string Names(Command[] commands) => string.Join('|', commands.Select(c => c.Mnemonic()));
}
