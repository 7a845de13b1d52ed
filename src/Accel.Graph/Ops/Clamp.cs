namespace Accel.Graph.Ops;


/// <summary>Limits each element to <c>[Minimum, Maximum]</c>; either may be infinite.</summary>
public sealed record Clamp(double Minimum, double Maximum) : Op
{
    public override string Mnemonic => "clamp";

    public override IEnumerable<OpAttribute> Attributes => [new("minimum", Minimum), new("maximum", Maximum)];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32 }] when !(Minimum <= Maximum) => throw new IrException(Mnemonic, "maximum", $"at least the minimum, {Minimum}", $"{Maximum}"),
        [{ Element: ElementType.F32 } x] => [x],
        _ => throw Misfit("one f32 value", operands),
    };
}
