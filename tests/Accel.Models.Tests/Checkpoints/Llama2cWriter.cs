namespace Accel.Models.Tests.Checkpoints;

/// <summary>Writes small llama2.c files of any version; weights are given flat by <see cref="Weight"/>.</summary>
internal sealed record Llama2cWriter(int Version)
{
    public int Dim { get; init; } = 8;

    public int HiddenDim { get; init; } = 12;

    public int Layers { get; init; } = 2;

    public int Heads { get; init; } = 4;

    public int KvHeads { get; init; } = 2;

    public int VocabSize { get; init; } = 5;

    public int SeqLen { get; init; } = 3;

    public bool Shared { get; init; } = true;

    public int GroupSize { get; init; } = 4;

    /// <summary>Element <paramref name="i"/> of the tensor <paramref name="kind"/> of a layer; a distinct small number for each.</summary>
    public static float Weight(string kind, int layer, int i) => (kind.Sum(c => c) % 17 - 8) * 0.5f + layer * 0.25f + i % 13 * 0.125f;

    public byte[] ToBytes()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        if (Version > 0)
        {
            writer.Write(0x616B_3432u);
            writer.Write(Version);
        }

        int[] fields = [Dim, HiddenDim, Layers, Heads, KvHeads, Version == 0 && !Shared ? -VocabSize : VocabSize, SeqLen];
        Array.ForEach(fields, writer.Write);
        if (Version > 0)
        {
            writer.Write(Shared);
            if (Version == 2)
            {
                writer.Write(GroupSize);
            }

            writer.Write(new byte[256 - stream.Length]);
        }

        var kv = Dim / Math.Max(1, Heads) * KvHeads;
        (string Kind, int Count, int Elements, bool Matrix)[] norms =
            [("attn_norm", Layers, Dim, false), ("ffn_norm", Layers, Dim, false), ("output_norm", 1, Dim, false)];
        (string Kind, int Count, int Elements, bool Matrix)[] attention =
            [("attn_q", Layers, Dim * Dim, true), ("attn_k", Layers, kv * Dim, true), ("attn_v", Layers, kv * Dim, true), ("attn_output", Layers, Dim * Dim, true)];
        (string Kind, int Count, int Elements, bool Matrix)[] feedForward =
            [("ffn_gate", Layers, HiddenDim * Dim, true), ("ffn_down", Layers, HiddenDim * Dim, true), ("ffn_up", Layers, HiddenDim * Dim, true)];
        (string, int, int, bool) embedding = ("token_embd", 1, VocabSize * Dim, true);
        (string, int, int, bool)[] order = Version == 0
            ? [embedding, norms[0], .. attention, norms[1], .. feedForward, norms[2], ("freq", 2, SeqLen * Dim / Heads / 2, false)]
            : [.. norms, embedding, .. attention, .. feedForward];
        foreach (var (kind, count, elements, matrix) in Shared ? order : [.. order, ("output", 1, VocabSize * Dim, true)])
        {
            for (var layer = 0; layer < count; layer++)
            {
                var values = Enumerable.Range(0, elements).Select(i => Weight(kind, layer, i)).ToArray();
                WriteTensor(writer, values, Version == 2 && matrix);
            }
        }

        return stream.ToArray();
    }

    private void WriteTensor(BinaryWriter writer, float[] values, bool quantized)
    {
        if (!quantized)
        {
            Array.ForEach(values, writer.Write);
            return;
        }

        // Codes are the values in eighths, which the weights are: under a scale of 1/8 nothing is lost.
        Array.ForEach(values, value => writer.Write((sbyte)(value * 8)));
        for (var group = 0; group < values.Length / GroupSize; group++)
        {
            writer.Write(0.125f);
        }
    }
}
