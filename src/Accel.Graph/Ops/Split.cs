namespace Accel.Graph.Ops;


/// <summary>Cuts the last axis into consecutive pieces: <c>[.., d] -> [.., Sizes[0]], [.., Sizes[1]], ...</c>.</summary>
public sealed record Split(params long[] Sizes) : Op
{
    public override string Mnemonic => "split";

    public override IEnumerable<OpAttribute> Attributes => [new("sizes", Sizes)];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [var x] when x.HasRuns() && Sizes.Length > 0 && Sizes.All(size => size > 0) && x.Shape.Last == Dim.FromInt64(Sizes.Sum()) =>
            [.. Sizes.Select(size => x with { Shape = x.Shape.WithLast(size) })],
        _ => throw Misfit($"one value whose last extent is {Sizes.Sum()}", operands),
    };

    public bool Equals(Split? other) => other is not null && Sizes.AsSpan().SequenceEqual(other.Sizes);

    public override int GetHashCode() => Sizes.Aggregate(17, HashCode.Combine);
}
