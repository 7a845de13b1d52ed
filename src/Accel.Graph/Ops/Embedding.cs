namespace Accel.Graph.Ops;


/// <summary>Gathers rows of a table: <c>i32[T], [V, d] -> [T, d]</c>.</summary>
public sealed record Embedding : Op
{
    public override string Mnemonic => "embedding";

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.I32, Rank: 1 } ids, { Element: ElementType.F32, Rank: 2 } table] => [table.WithShape(ids.Shape.Last, table.Shape.Last)],
        _ => throw Misfit("i32[T] and f32[V, d]", operands),
    };
}
