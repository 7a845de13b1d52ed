namespace Accel.Graph.Ops;


/// <summary>Joins values along the last axis; all other extents are equal.</summary>
public sealed record Concat : Op
{
    public override string Mnemonic => "concat";

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands)
    {
        if (operands.Length == 0)
        {
            throw Misfit("at least one value", operands);
        }

        var first = operands[0];
        var total = 0L;
        foreach (var operand in operands)
        {
            if (!operand.HasRuns() || operand.Rank != first.Rank || operand.Shape.WithLast(1) != first.Shape.WithLast(1))
            {
                throw Misfit("values that differ in the last extent only", operands);
            }

            total = checked(total + operand.Shape.Last.Value);
        }

        return [first with { Shape = first.Shape.WithLast(total) }];
    }
}
