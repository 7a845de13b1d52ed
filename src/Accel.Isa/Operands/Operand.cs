namespace Accel.Isa.Operands;

/// <summary>
/// What an element-wise command reads: a view, or one constant for all lanes. A view with fewer rows or columns than the result must
/// have just one of them, which then serves all.
/// </summary>
/// <param name="View">Null for a constant.</param>
/// <param name="Constant">0 where there is a view.</param>
public sealed record Operand(View? View, long Constant)
{
    public static implicit operator Operand(View view) => new(view, 0);

    private static readonly Operand _zero = new(null, 0);

    public static implicit operator Operand(long constant) => constant == 0 ? _zero : new(null, constant);

    public static implicit operator Operand(int constant) => (long)constant;
}
