namespace Accel.Graph.Ops;


/// <summary>Softmax over the last axis.</summary>
public sealed record Softmax : Op
{
    public override string Mnemonic => "softmax";

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32, Rank: >= 1 } x] => [x],
        _ => throw Misfit("f32[.., d]", operands),
    };
}
