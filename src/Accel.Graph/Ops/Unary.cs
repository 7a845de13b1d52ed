namespace Accel.Graph.Ops;


/// <summary>A function of one number.</summary>
public enum UnaryFunction
{
    Negate,
    Exp,
    Log,
    Sqrt,
    ReciprocalSqrt,
    Reciprocal,
    Square,
    Relu,
    Sigmoid,
    Tanh,

    /// <summary><c>x * sigmoid(x)</c>.</summary>
    Silu,

    /// <summary><c>0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))</c>.</summary>
    GeluTanh,

    /// <summary><c>0.5 x (1 + erf(x / sqrt 2))</c>.</summary>
    GeluErf,

    /// <summary><c>ln(1 + e^x)</c>.</summary>
    Softplus,
}

/// <summary>Applies a function to each element.</summary>
public sealed record Unary(UnaryFunction Function) : Op
{
    public override string Mnemonic => "unary";

    public override IEnumerable<OpAttribute> Attributes => [new("function", OpAttributes.Word(Function))];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32 } x] => [x],
        _ => throw Misfit("one f32 value", operands),
    };
}
