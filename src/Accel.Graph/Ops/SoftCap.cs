namespace Accel.Graph.Ops;


/// <summary><c>y = Cap * tanh(x / Cap)</c>: Gemma-2's and RecurrentGemma's bound on logits.</summary>
public sealed record SoftCap(double Cap) : Op
{
    public override string Mnemonic => "soft_cap";

    public override IEnumerable<OpAttribute> Attributes => [new("cap", Cap)];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32 }] when !(Cap > 0) => throw new IrException(Mnemonic, "cap", "above 0", $"{Cap}"),
        [{ Element: ElementType.F32 } x] => [x],
        _ => throw Misfit("one f32 value", operands),
    };
}
