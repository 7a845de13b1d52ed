using Accel.Isa.Operands;

namespace Accel.Isa.Commands;

/// <summary>What <see cref="Set"/> does with its two arguments. Division and remainder are those of the floor; divisors are positive.</summary>
public enum SetFunction
{
    Add,
    Multiply,
    Minimum,
    Maximum,
    FloorDivide,
    CeilingDivide,
    Modulo,

    /// <summary>The position of a token of a batch, from the host's table: <c>left</c> is its row, <c>right</c> must be 0.</summary>
    PositionOf,
}

/// <summary>Puts <c>function(Left, Right)</c> into a register other than the host's.</summary>
public sealed record Set(Register Target, SetFunction Function, Expression Left, Expression Right) : Instruction
{
    public override string Mnemonic => "set";

    /// <param name="positions">Of the tokens of a batch.</param>
    /// <exception cref="OverflowException">The result exceeds 64 bits.</exception>
    /// <exception cref="DivideByZeroException">The divisor is not positive.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The run has no such token.</exception>
    public long Evaluate(ReadOnlySpan<long> registers, ReadOnlySpan<long> positions = default)
    {
        var left = Left.Resolve(registers);
        var right = Right.Resolve(registers);
        if (Function == SetFunction.PositionOf)
        {
            return right == 0 && left >= 0 && left < positions.Length ? positions[(int)left] : throw new ArgumentOutOfRangeException(nameof(positions), left, "no such token");
        }

        if (Function >= SetFunction.FloorDivide && right <= 0)
        {
            throw new DivideByZeroException();
        }

        return Function switch
        {
            SetFunction.Add => checked(left + right),
            SetFunction.Multiply => checked(left * right),
            SetFunction.Minimum => Math.Min(left, right),
            SetFunction.Maximum => Math.Max(left, right),
            SetFunction.FloorDivide => FloorDivide(left, right),
            SetFunction.CeilingDivide => checked(-FloorDivide(checked(-left), right)),
            _ => left - (FloorDivide(left, right) * right),
        };
    }

    private static long FloorDivide(long left, long right) => left >= 0 ? left / right : ~(~left / right);
}

/// <summary>
/// Repeats what stands before the matching <see cref="EndLoop"/> for <c>Counter = 0 .. Count - 1</c>; not at all if the count is 0 or less, so
/// that a count of <c>1 - position</c> after <c>max(…, 0)</c> is a condition. Afterwards the counter holds the number of rounds.
/// </summary>
public sealed record Loop(Register Counter, Expression Count) : Instruction
{
    public override string Mnemonic => "loop";
}

/// <summary>Closes the innermost <see cref="Loop"/>.</summary>
public sealed record EndLoop : Instruction
{
    public override string Mnemonic => "end";
}

/// <summary>The sequencer issues nothing more until every unit has done all it was given.</summary>
public sealed record Fence : Instruction
{
    public override string Mnemonic => "fence";
}

/// <summary>Does nothing but wait and signal: joins or forks the order of units.</summary>
public sealed record Synchronize(UnitId On) : Command
{
    public override string Mnemonic => "sync";

    public override UnitId Unit => On;

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses)
    {
    }
}

/// <summary>
/// Shows a value of the model to whoever observes the machine: takes no time and moves nothing. A tile names where its first element
/// stands in the value, <c>[token, element]</c>.
/// </summary>
/// <param name="On">The unit in whose order the value is complete.</param>
/// <param name="Value">The value's number in the model's own count.</param>
/// <param name="Source">The elements, one row per token.</param>
/// <param name="FirstToken">Token of the first row, counted from the first of this run.</param>
/// <param name="FirstElement">Element of the first column.</param>
public sealed record Tap(UnitId On, int Value, View Source, Expression FirstToken, Expression FirstElement) : Command
{
    public override string Mnemonic => "tap";

    public override UnitId Unit => On;

    public override void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses) => accesses.Read(Source, registers);
}
