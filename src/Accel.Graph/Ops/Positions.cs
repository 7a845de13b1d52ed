namespace Accel.Graph.Ops;


/// <summary>The position of each token of this step, for learned position tables: <c>i32[T], position i32[] -> i32[T]</c>.</summary>
public sealed record Positions : Op
{
    public override string Mnemonic => "positions";

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.I32, Rank: 1 } tokens, { Element: ElementType.I32, Rank: 0 }] => [tokens],
        _ => throw Misfit("i32[T] and i32[]", operands),
    };
}
