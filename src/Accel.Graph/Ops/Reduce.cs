namespace Accel.Graph.Ops;


/// <summary>What <see cref="Reduce"/> makes of the last axis.</summary>
public enum ReduceFunction
{
    Sum,
    Mean,
    Maximum,

    /// <summary>Population standard deviation.</summary>
    StandardDeviation,
}

/// <summary>Reduces the last axis to one element: <c>[.., d] -> [.., 1]</c>.</summary>
public sealed record Reduce(ReduceFunction Function) : Op
{
    public override string Mnemonic => "reduce";

    public override IEnumerable<OpAttribute> Attributes => [new("function", OpAttributes.Word(Function))];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [var x] when x.HasRuns() => [x with { Shape = x.Shape.WithLast(1) }],
        _ => throw Misfit("f32[.., d]", operands),
    };
}
