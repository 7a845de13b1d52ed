namespace Accel.Graph.Ops;


/// <summary>
/// Layer norm over the last axis: <c>(x - mean) / sqrt(var + eps) * w + b</c> with the biased variance. Weight and bias match the
/// trailing axes of x, so that a group norm is a layer norm of <c>[T, groups, d / groups]</c>.
/// </summary>
public sealed record LayerNorm(double Epsilon, bool Weighted = true, bool Bias = true) : Op
{
    public override string Mnemonic => "layer_norm";

    public override IEnumerable<OpAttribute> Attributes
    {
        get
        {
            yield return new("epsilon", Epsilon);
            if (!Weighted)
            {
                yield return new("weighted", false);
            }

            if (!Bias)
            {
                yield return new("bias", false);
            }
        }
    }

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands)
    {
        var count = 1 + (Weighted ? 1 : 0) + (Bias ? 1 : 0);
        if (operands.Length != count || !operands[0].HasRuns())
        {
            throw Misfit("f32[.., d], then weight and bias as the attributes say", operands);
        }

        var x = operands[0];
        foreach (var factor in operands[1..])
        {
            if (!factor.Matches(x))
            {
                throw Misfit($"a factor that matches the trailing axes of {x}", operands);
            }
        }

        return [x];
    }
}
