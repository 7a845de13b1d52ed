namespace Accel.Graph.Ops;


/// <summary>Scales the last axis to unit length: <c>x / sqrt(sum(x^2) + eps)</c>.</summary>
public sealed record L2Norm(double Epsilon) : Op
{
    public override string Mnemonic => "l2_norm";

    public override IEnumerable<OpAttribute> Attributes => [new("epsilon", Epsilon)];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [var x] when x.HasRuns() => [x],
        _ => throw Misfit("f32[.., d]", operands),
    };
}
