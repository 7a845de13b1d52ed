namespace Accel.Graph.Ops;


/// <summary>Softmax over the last axis.</summary>
public sealed record Softmax : Op
{
    public override string Mnemonic => "softmax";

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [var x] when x.HasRuns() => [x],
        _ => throw Misfit("f32[.., d]", operands),
    };
}
