namespace Accel.Graph.Ops;


/// <summary><c>y = x * Scale + Offset</c>, by constants.</summary>
public sealed record Affine(double Scale, double Offset = 0) : Op
{
    public override string Mnemonic => "affine";

    public override IEnumerable<OpAttribute> Attributes => Offset == 0 ? [new("scale", Scale)] : [new("scale", Scale), new("offset", Offset)];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32 } x] => [x],
        _ => throw Misfit("one f32 value", operands),
    };
}
