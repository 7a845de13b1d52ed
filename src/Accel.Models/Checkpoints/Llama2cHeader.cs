using Accel.Core.Diagnostics;

namespace Accel.Models.Checkpoints;

/// <summary>The header of a llama2.c checkpoint.</summary>
/// <param name="Dim">Model width.</param>
/// <param name="HiddenDim">Width of the feed-forward block.</param>
/// <param name="Layers">Number of layers.</param>
/// <param name="Heads">Query heads; divides <paramref name="Dim"/>.</param>
/// <param name="KvHeads">Key and value heads; divides <paramref name="Heads"/>.</param>
/// <param name="VocabSize">Rows of the embedding.</param>
/// <param name="SeqLen">Longest context.</param>
/// <param name="SharedClassifier">Whether the embedding is also the output matrix.</param>
/// <param name="GroupSize">Elements under one scale in version 2; 0 for float32.</param>
public sealed record Llama2cHeader(
    int Dim, int HiddenDim, int Layers, int Heads, int KvHeads, int VocabSize, int SeqLen, bool SharedClassifier, int GroupSize)
{
    /// <summary>Width of one head.</summary>
    public int HeadDim => Dim / Heads;

    /// <summary>Width of keys and values.</summary>
    public int KvDim => HeadDim * KvHeads;

    /// <summary>Reads the seven numbers that all versions share and what each adds.</summary>
    internal static Llama2cHeader Read(ByteCursor cursor, int version)
    {
        int[] fields = new int[7];
        string[] names = ["dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len"];
        for (var i = 0; i < fields.Length; i++)
        {
            var at = cursor.Position;
            fields[i] = cursor.Read<int>(names[i]);

            // Version 0 marks an output matrix of its own by a negative vocabulary.
            var negativeIsMeant = version == 0 && names[i] == "vocab_size" && fields[i] != int.MinValue;
            if (fields[i] == 0 || (fields[i] < 0 && !negativeIsMeant))
            {
                throw cursor.Fault(at, $"a positive {names[i]}", $"{fields[i]}");
            }
        }

        var header = new Llama2cHeader(fields[0], fields[1], fields[2], fields[3], fields[4], Math.Abs(fields[5]), fields[6], fields[5] > 0, 0);
        if (version > 0)
        {
            var shared = cursor.Read<byte>("the shared-classifier flag");
            header = header with { SharedClassifier = shared <= 1 ? shared == 1 : throw cursor.Fault(cursor.Position - 1, "0 or 1 for a shared classifier", $"{shared}") };
        }

        if (version == 2)
        {
            var groupSize = cursor.Read<int>("a group size");
            header = header with { GroupSize = groupSize > 0 ? groupSize : throw cursor.Fault(cursor.Position - 4, "a positive group size", $"{groupSize}") };
        }

        header.Check(cursor);
        return header;
    }

    private void Check(ByteCursor cursor)
    {
        if (Dim % Heads != 0 || HeadDim % 2 != 0)
        {
            throw cursor.Fault(cursor.Position, "dim to be n_heads times an even head width", $"dim {Dim}, n_heads {Heads}");
        }

        if (Heads % KvHeads != 0)
        {
            throw cursor.Fault(cursor.Position, "n_kv_heads to divide n_heads", $"n_heads {Heads}, n_kv_heads {KvHeads}");
        }
    }
}
