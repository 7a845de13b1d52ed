namespace Accel.Graph.Ops;


/// <summary>Which elements of a head form the pairs that rotate.</summary>
public enum RopeLayout
{
    /// <summary>Pairs <c>(x[i], x[i + r/2])</c>: Hugging Face checkpoints, GGUF "NEOX".</summary>
    Half,

    /// <summary>Pairs <c>(x[2i], x[2i + 1])</c>: llama2.c, GGUF architecture <c>llama</c>.</summary>
    Interleaved,
}

/// <summary>
/// Rotary position embedding of the first <c>2 * Frequencies.Length</c> elements of each head by
/// <c>angle[i] = position * Frequencies[i]</c>; the rest passes through. <c>x [T, H, h], position i32[] -> [T, H, h]</c>.
/// </summary>
/// <param name="Layout">The pairs.</param>
/// <param name="Frequencies">Radians per position, <c>[r/2]</c>; every scaling scheme is resolved into these.</param>
/// <param name="Magnitude">Factor on cosine and sine (YaRN's attention factor); 1 otherwise.</param>
public sealed record Rope(RopeLayout Layout, double[] Frequencies, double Magnitude = 1) : Op
{
    public override string Mnemonic => "rope";

    public override IEnumerable<OpAttribute> Attributes
    {
        get
        {
            yield return new("layout", OpAttributes.Word(Layout));
            yield return new("frequencies", Frequencies);
            if (Magnitude != 1)
            {
                yield return new("magnitude", Magnitude);
            }
        }
    }

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands) => operands switch
    {
        [{ Element: ElementType.F32, Rank: 3 } x, { Element: ElementType.I32, Rank: 0 }] when Frequencies.Length > 0 && x.Shape.Last.Value >= 2 * Frequencies.Length => [x],
        _ => throw Misfit($"f32[T, H, h] with h >= {2 * Frequencies.Length}, and i32[]", operands),
    };

    public bool Equals(Rope? other) =>
        other is not null && Layout == other.Layout && Magnitude.Equals(other.Magnitude) && Frequencies.AsSpan().SequenceEqual(other.Frequencies);

    public override int GetHashCode() => HashCode.Combine(Layout, Magnitude, Frequencies.Length);
}
