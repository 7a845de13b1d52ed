using System.Globalization;

namespace Accel.Isa.Operands;

/// <summary>
/// One of the sequencer's registers, 64 bits signed. The host sets the first three before it starts an entry point; the rest are
/// loop counters and the results of <see cref="Commands.Set"/>, all zero at the start.
/// </summary>
/// <param name="Index">0 to <see cref="Count"/> - 1.</param>
public readonly record struct Register(int Index)
{
    /// <summary>Registers of the sequencer.</summary>
    public const int Count = 32;

    /// <summary>Registers that the host sets.</summary>
    public const int ParameterCount = 3;

    /// <summary>Position of the first token of this run: tokens that the states have seen.</summary>
    public static Register Position { get; } = new(0);

    /// <summary>Tokens of this run, 1 or more.</summary>
    public static Register Tokens { get; } = new(1);

    /// <summary>Which of the independent sequences (each with its own states) this run continues.</summary>
    public static Register Sequence { get; } = new(2);

    private static readonly string[] _parameters = ["position", "tokens", "sequence"];

    public static Expression operator *(Register register, long factor) => new Expression(0) + new Term(register, factor);

    public static Expression operator +(Register register, long constant) => (Expression)register + constant;

    /// <summary>Reads <c>position</c>, <c>tokens</c>, <c>sequence</c> or <c>r3</c> to <c>r31</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Register register)
    {
        for (var i = 0; i < ParameterCount; i++)
        {
            if (text.SequenceEqual(_parameters[i]))
            {
                register = new(i);
                return true;
            }
        }

        register = default;
        if (text is not ['r', >= '1' and <= '9', ..]
            || !int.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || index is < ParameterCount or >= Count)
        {
            return false;
        }

        register = new(index);
        return true;
    }

    public override string ToString() => Index < ParameterCount ? _parameters[Index] : $"r{Index}";
}
