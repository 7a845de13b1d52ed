namespace Accel.Graph.Ops;


/// <summary>Where attention's keys and values come from beside those of this step.</summary>
public enum CacheUse
{
    /// <summary>From this step alone: an encoder, or cross-attention over a static state.</summary>
    None,

    /// <summary>From the caches, to which this step's keys and values are appended.</summary>
    Append,

    /// <summary>From another layer's caches as they stood before this step, and that layer's keys and values of this step.</summary>
    Read,
}

/// <summary>
/// Softmax attention with grouped heads: query head <c>j</c> reads key head <c>j / (H / K)</c>.
/// <c>s = Scale * q.k</c>, soft cap, bias, mask, softmax (with a sink logit where there is one), weighted sum of values.
/// <list type="bullet">
/// <item>Operands: <c>q [T, H, h]</c>, <c>k [T, K, h]</c>, <c>v [T, K, g]</c> (absent with <see cref="SharedKeyValue"/>), <c>position
/// i32[]</c>; with a cache <c>kcache [C or W, K, h]</c> and <c>vcache [C or W, K, g]</c>; with <see cref="Sinks"/> <c>[H]</c>; with
/// <see cref="RelativeBuckets"/> a table <c>[buckets, H]</c>.</item>
/// <item>Results: <c>o [T, H, g]</c>, and with <see cref="CacheUse.Append"/> the next caches.</item>
/// </list>
/// </summary>
public sealed record Attention : Op
{
    public required double Scale { get; init; }

    public CacheUse Cache { get; init; } = CacheUse.Append;

    /// <summary>A query sees no key behind it.</summary>
    public bool Causal { get; init; } = true;

    /// <summary>Keys that a query sees, itself included; 0 for all.</summary>
    public long Window { get; init; }

    /// <summary><c>s = SoftCap * tanh(s / SoftCap)</c> before the mask; 0 for none.</summary>
    public double SoftCap { get; init; }

    /// <summary>A learned logit per head joins the softmax and is dropped from the sum.</summary>
    public bool Sinks { get; init; }

    /// <summary>ALiBi's greatest bias exponent (8 in published models); 0 for none.</summary>
    public double AlibiMaxBias { get; init; }

    /// <summary>T5's number of distance buckets; 0 for no relative bias.</summary>
    public long RelativeBuckets { get; init; }

    /// <summary>T5's distance from which one bucket serves all.</summary>
    public long RelativeMaxDistance { get; init; }

    /// <summary>The values are the first so many elements of the keys (MLA's latent cache); 0 for values of their own.</summary>
    public long SharedKeyValue { get; init; }

    public override string Mnemonic => "attention";

    public override bool IsRowWise => false;

    public override IEnumerable<OpAttribute> Attributes
    {
        get
        {
            yield return new("scale", Scale);
            if (Cache != CacheUse.Append)
            {
                yield return new("cache", OpAttributes.Word(Cache));
            }

            if (!Causal)
            {
                yield return new("causal", false);
            }

            foreach (var (name, value) in new[]
            {
                ("window", Window), ("relative_buckets", RelativeBuckets), ("relative_max_distance", RelativeMaxDistance), ("shared_key_value", SharedKeyValue),
            })
            {
                if (value != 0)
                {
                    yield return new(name, value);
                }
            }

            if (SoftCap != 0)
            {
                yield return new("soft_cap", SoftCap);
            }

            if (AlibiMaxBias != 0)
            {
                yield return new("alibi_max_bias", AlibiMaxBias);
            }

            if (Sinks)
            {
                yield return new("sinks", true);
            }
        }
    }

    public override TensorType[] InferTypes(ReadOnlySpan<TensorType> operands)
    {
        RequireAttributes();
        var perCache = SharedKeyValue > 0 ? 1 : 2;
        var count = 2 + perCache + (Cache == CacheUse.None ? 0 : perCache) + (Sinks ? 1 : 0) + (RelativeBuckets > 0 ? 1 : 0);
        if (operands.Length != count || operands[0] is not { Element: ElementType.F32, Rank: 3 } q || operands[1] is not { Element: ElementType.F32, Rank: 3 } k)
        {
            throw Misfit($"{count} operands, the first two f32[T, H, h] and f32[T, K, h]", operands);
        }

        var v = SharedKeyValue > 0 ? k with { Shape = k.Shape.WithLast(SharedKeyValue) } : operands[2];
        var (heads, keyHeads) = (q.Shape.Dims[1].Value, k.Shape.Dims[1].Value);
        if (q.Shape.Last != k.Shape.Last || SharedKeyValue > k.Shape.Last.Value || v is not { Element: ElementType.F32, Rank: 3 } || v.Shape.Dims[1] != k.Shape.Dims[1] || v.Shape.Dims[0] != k.Shape.Dims[0]
            || keyHeads == 0 || heads % keyHeads != 0 || operands[1 + perCache] is not { Element: ElementType.I32, Rank: 0 })
        {
            throw Misfit("q [T, H, h], k [T, K, h], v [T, K, g], position with H a multiple of K", operands);
        }

        var output = q with { Shape = new Shape(q.Shape.Dims[0], heads, v.Shape.Last) };
        if ((Causal || Cache != CacheUse.None) && k.Shape.Dims[0] != q.Shape.Dims[0])
        {
            throw Misfit("as many keys as queries: they are those of this step", operands);
        }

        VerifyExtras(operands[^((Sinks ? 1 : 0) + (RelativeBuckets > 0 ? 1 : 0))..], heads, operands);
        if (Cache == CacheUse.None)
        {
            return [output];
        }

        var caches = operands.Slice(2 + perCache, perCache).ToArray();
        var fresh = new[] { k, v };
        for (var i = 0; i < caches.Length; i++)
        {
            if (caches[i] is not { Element: ElementType.F32, Rank: 3 } || caches[i].Shape.Dims[1] != fresh[i].Shape.Dims[1] || caches[i].Shape.Last != fresh[i].Shape.Last
                || caches[i].Shape.Dims[0] != caches[0].Shape.Dims[0]
                || (caches[i].Shape.Dims[0] != Dim.Context && (Window == 0 || caches[i].Shape.Dims[0].Value < Window)))
            {
                throw Misfit("caches [C, K, h] and [C, K, g], or with a window rings of at least so many slots", operands);
            }
        }

        return Cache == CacheUse.Append ? [output, .. caches] : [output];
    }

    private void RequireAttributes()
    {
        foreach (var (name, value) in new[] { ("window", Window), ("relative_buckets", RelativeBuckets), ("shared_key_value", SharedKeyValue) })
        {
            if (value < 0)
            {
                throw new IrException(Mnemonic, name, "0 or more", $"{value}");
            }
        }

        if (RelativeBuckets > 0 && (RelativeBuckets < (Causal ? 2 : 4) || RelativeMaxDistance <= RelativeBuckets / (Causal ? 2 : 4)))
        {
            throw new IrException(
                Mnemonic, "relative_max_distance", "a distance beyond those with a bucket each, and buckets for both halves", $"{RelativeMaxDistance} for {RelativeBuckets} buckets");
        }

        if (!Causal && (Window > 0 || AlibiMaxBias > 0))
        {
            throw new IrException(Mnemonic, "causal", "true where there is a window or a slope: both look back", "false");
        }

        if (!(SoftCap >= 0) || !(AlibiMaxBias >= 0) || (AlibiMaxBias > 0 && RelativeBuckets > 0))
        {
            throw new IrException(Mnemonic, "soft_cap, alibi_max_bias", "0 or more, and one kind of bias", $"{SoftCap}, {AlibiMaxBias}");
        }
    }

    /// <summary>The sinks <c>[H]</c>, then the bucket table <c>[buckets, H]</c>, as far as there are such.</summary>
    private void VerifyExtras(ReadOnlySpan<TensorType> extras, Dim heads, ReadOnlySpan<TensorType> operands)
    {
        if ((Sinks && extras[0] != TensorType.F32(heads)) || (RelativeBuckets > 0 && extras[^1] != TensorType.F32(RelativeBuckets, heads)))
        {
            throw Misfit("sinks f32[H], bucket table f32[buckets, H]", operands);
        }
    }

    public override long Macs(ReadOnlySpan<TensorType> operands, in StepShape step)
    {
        var (q, k) = (operands[0], operands[1]);
        var perPair = q.Shape.Dims[1].Value * (k.Shape.Last.Value + (SharedKeyValue > 0 ? SharedKeyValue : operands[2].Shape.Last.Value));
        return perPair * Pairs(q.Shape.Dims[0].Resolve(step), k.Shape.Dims[0].Resolve(step), Cache == CacheUse.None ? 0 : step.Position);
    }

    /// <summary>Query-key pairs that the mask lets through, for queries that follow <paramref name="past"/> cached keys.</summary>
    private long Pairs(long queries, long keys, long past)
    {
        var pairs = 0L;
        for (var i = 0L; i < queries; i++)
        {
            var seen = Causal ? past + i + 1 : past + keys;
            pairs += Window > 0 ? Math.Min(seen, Window) : seen;
        }

        return pairs;
    }
}
