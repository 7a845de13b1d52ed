using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>What all attentions of a chip have in common; they share one unit and one set of memories.</summary>
internal sealed record AttentionShape(int Heads, int KeyHeads, int HeadWidth, int ValueWidth, int QueryBits, int KeyBits, int ValueBits)
{
    /// <summary>Bits of a stored scale.</summary>
    public const int ScaleBits = 16;

    public int QueryWordWidth => ScaleBits + (HeadWidth * QueryBits);

    public int KeyWordWidth => ScaleBits + (HeadWidth * KeyBits);

    public int ValueWordWidth => ValueWidth * ValueBits;

    public static AttentionShape Of(QuantizedAttention op) =>
        new(op.Heads, op.KeyHeads, op.HeadWidth, op.ValueWidth, op.QueryBits, op.Keys.CodeBits, op.Values.CodeBits);

    /// <exception cref="InputException">Attentions of different shapes, or of extents that words cannot have.</exception>
    public static AttentionShape Common(IReadOnlyList<QuantizedAttention> ops, string model)
    {
        var shape = Of(ops[0]);
        foreach (var op in ops)
        {
            if (Of(op) != shape)
            {
                throw new InputException(model, op.Result.Name, $"the shape of {ops[0].Result.Name}: a chip has one attention unit ({shape})", $"{Of(op)}");
            }
        }

        return shape;
    }
}

/// <summary>An attention, the lane address of its result, and the first word of its cache.</summary>
/// <param name="Slots">Words per head.</param>
internal sealed record AttentionTask(QuantizedAttention Op, int Output, int Cache, int Slots);

/// <summary>The coding of queries, keys or values: which cache it fills.</summary>
internal sealed record CacheTask(RowTarget Target, int Cache, int Slots);
