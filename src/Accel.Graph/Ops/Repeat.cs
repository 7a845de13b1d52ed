namespace Accel.Graph.Ops;


/// <summary>Repeats each entry of the second last axis <c>Times</c> times in place: <c>[.., H, d] -> [.., H * Times, d]</c>.</summary>
public sealed record Repeat(long Times) : Op
{
    public override string Mnemonic => "repeat";

    public override IEnumerable<OpAttribute> Attributes => [new("times", Times)];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32, Rank: >= 3 } x] when Times > 0 =>
            [x.WithShape([.. x.Shape.Dims[..^2], checked(x.Shape.Dims[^2].Value * Times), x.Shape.Last])],
        _ => throw Misfit("f32[T, .., H, d]", operands),
    };
}
