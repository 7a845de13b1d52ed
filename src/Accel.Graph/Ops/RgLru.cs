namespace Accel.Graph.Ops;


/// <summary>
/// Real-gated linear recurrent unit (Griffin): <c>log a = -C * r * softplus(lambda)</c>, <c>h = a h + sqrt(1 - a^2) (i * u)</c>;
/// at position 0 the factor is 1. <c>u, i, r [T, w], lambda [w], state [w], position i32[] -> h [T, w], state'</c>; the gates
/// <c>i</c> and <c>r</c> come after their sigmoid.
/// </summary>
/// <param name="C">The constant of the decay; 8 in published models.</param>
/// <remarks>Source: google-deepmind/recurrentgemma, torch/layers.py.</remarks>
public sealed record RgLru(double C) : Op
{
    public override string Mnemonic => "rg_lru";

    public override bool IsRowWise => false;

    public override IEnumerable<OpAttribute> Attributes => [new("c", C)];

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32, Rank: 2 } u, var i, var r, var lambda, var state, { Element: ElementType.I32, Rank: 0 }]
            when i == u && r == u && lambda == TensorType.F32(u.Shape.Last) && state == lambda => [u, state],
        _ => throw Misfit("three f32[T, w], two f32[w] and i32[]", operands),
    };
}
