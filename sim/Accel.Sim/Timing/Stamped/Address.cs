using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>An address that depends on no more than one register; another one lies elsewhere.</summary>
internal readonly record struct Address
{
    private readonly long _constant;
    private readonly int _coefficient;
    private readonly int _register;

    private Address(Expression expression)
    {
        _constant = expression.Constant;
        (_register, _coefficient) = expression.IsConstant ? (0, 0) : (expression[0].Register.Index, (int)expression[0].Coefficient);
    }

    /// <summary>Whether it is the same at every issue.</summary>
    public bool IsConstant => _coefficient == 0;

    /// <returns>Whether the expression is as simple as that.</returns>
    public static bool TryMake(Expression expression, out Address address)
    {
        var isSimple = expression.IsConstant || (expression.TermCount == 1 && expression[0].Coefficient == (int)expression[0].Coefficient);
        address = isSimple ? new(expression) : default;
        return isSimple;
    }

    public long Resolve(ReadOnlySpan<long> registers) => checked(_constant + (_coefficient * registers[_register]));
}
