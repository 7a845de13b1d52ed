using System.Numerics;
using Accel.Core.Diagnostics;
using Accel.Core.Formats;

namespace Accel.Models.Checkpoints;

/// <summary>The order of tensors in a llama2.c file: grouped by kind, layer by layer within a kind.</summary>
internal sealed class Llama2cLayout
{
    private readonly int _groupSize;
    private readonly List<Kind> _kinds;

    public Llama2cLayout(Llama2cHeader h, int version)
    {
        _groupSize = h.GroupSize;
        Kind embedding = new("token_embd.weight", 1, h.VocabSize, h.Dim);
        Kind attentionNorm = new("attn_norm", h.Layers, 0, h.Dim);
        Kind feedForwardNorm = new("ffn_norm", h.Layers, 0, h.Dim);
        Kind outputNorm = new("output_norm.weight", 1, 0, h.Dim);
        Kind[] attention =
        [
            new("attn_q", h.Layers, h.Dim, h.Dim),
            new("attn_k", h.Layers, h.KvDim, h.Dim),
            new("attn_v", h.Layers, h.KvDim, h.Dim),
            new("attn_output", h.Layers, h.Dim, h.Dim),
        ];
        Kind[] feedForward =
        [
            new("ffn_gate", h.Layers, h.HiddenDim, h.Dim),
            new("ffn_down", h.Layers, h.Dim, h.HiddenDim),
            new("ffn_up", h.Layers, h.HiddenDim, h.Dim),
        ];

        // Version 0 keeps two tables of rotary cosines and sines, which nobody reads any more.
        _kinds = version == 0
            ? [embedding, attentionNorm, .. attention, feedForwardNorm, .. feedForward, outputNorm, new("", 2, h.SeqLen, h.HeadDim / 2)]
            : [attentionNorm, feedForwardNorm, outputNorm, embedding, .. attention, .. feedForward];
        if (!h.SharedClassifier)
        {
            _kinds.Add(new("output.weight", 1, h.VocabSize, h.Dim));
        }
    }

    /// <summary>Bytes of all tensors.</summary>
    public BigInteger Bytes => _kinds.Aggregate(BigInteger.Zero, (sum, kind) => sum + Size(kind) * kind.Count);

    /// <summary>The tensors, given that the file is as long as <see cref="Bytes"/> says.</summary>
    public OrderedDictionary<string, StoredTensor> Place(MappedFile file, long start)
    {
        var tensors = new OrderedDictionary<string, StoredTensor>(StringComparer.Ordinal);
        var at = start;
        foreach (var kind in _kinds)
        {
            for (var layer = 0; layer < kind.Count; layer++, at += (long)Size(kind))
            {
                if (kind.Name.Length == 0)
                {
                    continue;
                }

                var name = kind.Name.EndsWith(".weight", StringComparison.Ordinal) ? kind.Name : $"blk.{layer}.{kind.Name}.weight";
                tensors.Add(name, IsQuantized(kind) ? Repack(file, name, kind, at) : Float(file, name, kind, at));
            }
        }

        return tensors;
    }

    private static unsafe StoredTensor Float(MappedFile file, string name, Kind kind, long at) =>
        new(name, StorageFormats.F32, kind.Shape, file.Data + at, file);

    /// <summary>
    /// Puts each scale before its codes. Groups run over the flattened matrix and may cross rows, as blocks must not: such a
    /// matrix gets smaller blocks, the largest that divide both, under repeated scales.
    /// </summary>
    private StoredTensor Repack(MappedFile file, string name, Kind kind, long at)
    {
        var elements = (long)kind.Elements;
        var block = (int)BigInteger.GreatestCommonDivisor(_groupSize, kind.Columns);
        var format = StorageFormats.Int8Group(block);
        var bytes = elements / block * format.BlockBytes;
        if (elements % _groupSize != 0 || bytes > Array.MaxLength)
        {
            throw new InputException(file.Path, name, $"whole groups of {_groupSize}, at most {Array.MaxLength} bytes", $"{elements} elements, {bytes} bytes");
        }

        var packed = GC.AllocateUninitializedArray<byte>((int)bytes, pinned: true);
        for (int source = 0, target = 0; source < elements; source += block, target += format.BlockBytes)
        {
            var scale = file.Span(at + elements + (long)(source / _groupSize) * sizeof(float), sizeof(float));
            scale.CopyTo(packed.AsSpan(target));
            file.Span(at + source, block).CopyTo(packed.AsSpan(target + sizeof(float)));
        }

        return StoredTensor.FromBytes(name, format, kind.Shape, packed);
    }

    private bool IsQuantized(Kind kind) => _groupSize > 0 && kind.Rows > 0;

    private BigInteger Size(Kind kind) => IsQuantized(kind)
        ? kind.Elements + kind.Elements / _groupSize * sizeof(float)
        : kind.Elements * sizeof(float);

    /// <summary>Tensors of one name; a vector has no rows, and one without a name is passed over.</summary>
    private sealed record Kind(string Name, int Count, int Rows, int Columns)
    {
        public BigInteger Elements => (BigInteger)Math.Max(1, Rows) * Columns;

        public long[] Shape => Rows == 0 ? [Columns] : [Rows, Columns];
    }
}
