namespace Accel.Graph.Ops;


/// <summary>How router logits become scores.</summary>
public enum RouteScore
{
    /// <summary>Softmax over all experts (Mixtral, Qwen-MoE, Jamba).</summary>
    Softmax,

    /// <summary>Sigmoid of each (DeepSeek-V3, LFM2-MoE).</summary>
    Sigmoid,

    /// <summary>The logits choose; softmax over the chosen gives the weights (gpt-oss, Granite).</summary>
    SoftmaxOfSelected,
}

/// <summary>
/// Chooses experts per token: <c>logits [T, E] (, bias [E]) -> experts i32[T, k], weights [T, k]</c>. The bias joins the choice, not
/// the weight. Ties go to the lowest index; experts come in falling order of the score that chose them.
/// </summary>
public sealed record Route : Op
{
    public required long TopK { get; init; }

    public required RouteScore Score { get; init; }

    /// <summary>The weights are divided by their sum.</summary>
    public bool Renormalise { get; init; }

    /// <summary>Factor on the weights.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Groups of experts of which only <see cref="GroupsKept"/> may be chosen from; 0 for no groups.</summary>
    public long Groups { get; init; }

    public long GroupsKept { get; init; }

    /// <summary>A group's score is the sum of so many of its best experts (DeepSeek-V3: 2; V2: 1).</summary>
    public long GroupTop { get; init; } = 1;

    /// <summary>A selection bias is the second operand.</summary>
    public bool Bias { get; init; }

    public override string Mnemonic => "route";

    public override IEnumerable<OpAttribute> Attributes
    {
        get
        {
            yield return new("top_k", TopK);
            yield return new("score", OpAttributes.Word(Score));
            if (Renormalise)
            {
                yield return new("renormalise", true);
            }

            if (Scale != 1)
            {
                yield return new("scale", Scale);
            }

            if (Groups != 0)
            {
                yield return new("groups", Groups);
                yield return new("groups_kept", GroupsKept);
                yield return new("group_top", GroupTop);
            }

            if (Bias)
            {
                yield return new("bias", true);
            }
        }
    }

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands)
    {
        if (TopK < 1)
        {
            throw new IrException(Mnemonic, "top_k", "1 or more", $"{TopK}");
        }

        if (operands.Length != (Bias ? 2 : 1) || operands[0] is not { Element: ElementType.F32, Rank: 2 } logits
            || logits.Shape.Last.Value < TopK || (Bias && operands[1] != TensorType.F32(logits.Shape.Last))
            || Groups < 0 || (Groups > 0 && (GroupTop < 1 || logits.Shape.Last.Value % Groups != 0 || GroupsKept < 1 || GroupsKept > Groups
                || GroupsKept * (logits.Shape.Last.Value / Groups) < TopK || GroupTop > logits.Shape.Last.Value / Groups)))
        {
            throw Misfit($"f32[T, E] with at least {TopK} experts{(Groups == 0 ? "" : " in equal groups that hold as many")}{(Bias ? ", and a bias f32[E]" : "")}", operands);
        }

        return [TensorType.I32(logits.Shape.Dims[0], TopK), TensorType.F32(logits.Shape.Dims[0], TopK)];
    }
}
