namespace Accel.Graph.Ops;


/// <summary>A function of two numbers.</summary>
public enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Minimum,
    Maximum,
}

/// <summary>
/// Combines two values element by element. Trailing axes are aligned; an extent of 1 or a missing leading axis is repeated.
/// </summary>
public sealed record Binary(BinaryOperator Operator) : Op
{
    public override string Mnemonic => "binary";

    public override IEnumerable<OpAttribute> Attributes => [new("operator", OpAttributes.Word(Operator))];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands)
    {
        if (operands is not [{ Element: ElementType.F32 } a, { Element: ElementType.F32 } b])
        {
            throw Misfit("two f32 values", operands);
        }

        var rank = Math.Max(a.Rank, b.Rank);
        var dims = new Dim[rank];
        for (var axis = 1; axis <= rank; axis++)
        {
            var left = axis <= a.Rank ? a.Shape.Dims[^axis] : 1;
            var right = axis <= b.Rank ? b.Shape.Dims[^axis] : 1;
            dims[^axis] = left == right || right == 1 ? left : left == 1 ? right : throw Misfit("extents that are equal or 1", operands);
        }

        return [TensorType.F32(dims)];
    }
}
