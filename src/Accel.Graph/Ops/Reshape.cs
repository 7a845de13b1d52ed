namespace Accel.Graph.Ops;


/// <summary>
/// The same elements in the same order under another shape: <c>[T, ..] -> [T, Inner..]</c>. The leading axis stays.
/// </summary>
public sealed record Reshape(params long[] Inner) : Op
{
    public override string Mnemonic => "reshape";

    public override IEnumerable<OpAttribute> Attributes => [new("inner", Inner)];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands)
    {
        if (operands is not [{ Element: ElementType.F32, Rank: >= 1 } x] || Inner.Any(extent => extent < 1)
            || new Shape([.. x.Shape.Dims[1..]]).Elements != Inner.Aggregate(1L, (product, extent) => checked(product * extent)))
        {
            throw Misfit($"one value of as many elements per row as [{string.Join(", ", Inner)}]", operands);
        }

        return [x.WithShape([x.Shape.Dims[0], .. Inner.Select(Dim.FromInt64)])];
    }

    public bool Equals(Reshape? other) => other is not null && Inner.AsSpan().SequenceEqual(other.Inner);

    public override int GetHashCode() => Inner.Aggregate(17, HashCode.Combine);
}
