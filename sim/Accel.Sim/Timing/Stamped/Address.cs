using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>An address, at hand if it depends on no more than one register.</summary>
internal readonly struct Address
{
    private readonly long _constant;
    private readonly long _coefficient;
    private readonly int _register;
    private readonly object? _other;

    public Address(Expression expression)
    {
        _constant = expression.Constant;
        if (expression.TermCount == 1)
        {
            (_register, _coefficient) = (expression[0].Register.Index, expression[0].Coefficient);
        }
        else if (!expression.IsConstant)
        {
            _other = expression;
        }
    }

    /// <summary>Whether it is the same at every issue.</summary>
    public bool IsConstant => _coefficient == 0 && _other is null;

    public long Resolve(ReadOnlySpan<long> registers) =>
        _other is null ? checked(_constant + (_coefficient * registers[_register])) : ((Expression)_other).Resolve(registers);
}
