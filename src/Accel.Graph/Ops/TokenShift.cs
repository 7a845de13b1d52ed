namespace Accel.Graph.Ops;


/// <summary>The row before each row (RWKV): <c>x [T, d], state [1, d] -> [T, d], state'</c>.</summary>
public sealed record TokenShift : Op
{
    public override string Mnemonic => "token_shift";

    public override bool IsRowWise => false;

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32, Rank: 2 } x, var state] when state == TensorType.F32(1, x.Shape.Last) => [x, state],
        _ => throw Misfit("f32[T, d] and f32[1, d]", operands),
    };
}
