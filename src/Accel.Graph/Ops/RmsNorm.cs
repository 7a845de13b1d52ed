namespace Accel.Graph.Ops;


/// <summary>
/// Root-mean-square norm over the last axis: <c>x / sqrt(mean(x^2) + eps) * w</c>. The weight, if there is one, matches the
/// trailing axes of x. With <paramref name="UnitOffset"/> the factor is <c>1 + w</c>.
/// </summary>
public sealed record RmsNorm(double Epsilon, bool Weighted = true, bool UnitOffset = false) : Op
{
    public override string Mnemonic => "rms_norm";

    public override IEnumerable<OpAttribute> Attributes
    {
        get
        {
            yield return new("epsilon", Epsilon);
            if (!Weighted)
            {
                yield return new("weighted", false);
            }

            if (UnitOffset)
            {
                yield return new("unit_offset", true);
            }
        }
    }

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [var x] when !Weighted && x.HasRuns() => [x],
        [var x, var w] when Weighted && x.HasRuns() && w.Matches(x) => [x],
        _ => throw Misfit(Weighted ? "f32[.., d] and f32[d]" : "f32[.., d]", operands),
    };
}
