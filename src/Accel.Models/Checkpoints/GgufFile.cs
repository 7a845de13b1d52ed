using System.Globalization;
using System.Text.RegularExpressions;
using Accel.Core.Diagnostics;
using Accel.Core.Formats;

namespace Accel.Models.Checkpoints;

/// <summary>A GGUF checkpoint, version 2 or 3, in one file or split over several.</summary>
public sealed partial class GgufFile
{
    private const string SplitCount = "split.count";
    private const string SplitNumber = "split.no";
    private const string SplitTensors = "split.tensors.count";

    private GgufFile(string path, uint version, GgufMetadata metadata, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        Path = path;
        Version = (int)version;
        Metadata = metadata;
        Tensors = tensors;
    }

    /// <summary>The file as the user named it; the first one of a split checkpoint.</summary>
    public string Path { get; }

    /// <summary>Version of the container.</summary>
    public int Version { get; }

    /// <summary>The key-value part; of a split checkpoint, that of the first file.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>Tensors in the order of the file. Shapes are slowest axis first: a linear weight is <c>[out, in]</c>.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>Maps the file, and those it is split over, and checks everything but the values of the weights.</summary>
    /// <exception cref="InputException">The file is not a GGUF file, is damaged, or holds a tensor type that nothing here decodes.</exception>
    public static GgufFile Open(string path)
    {
        var shards = new List<GgufShard> { GgufShard.Open(path) };
        try
        {
            var first = shards[0];
            var count = (int)first.Metadata.OptionalInteger(SplitCount, 1, min: 0, max: ushort.MaxValue);
            if (count > 1)
            {
                OpenOthers(path, count, shards);
            }

            return new(path, first.Version, first.Metadata, shards.Count == 1 ? first.Tensors : Join(shards));
        }
        catch
        {
            shards.ForEach(shard => shard.Dispose());
            throw;
        }
    }

    private static void OpenOthers(string path, int count, List<GgufShard> shards)
    {
        if (shards[0].Metadata.Integer(SplitNumber, min: 0, max: ushort.MaxValue) is var number && number != 0)
        {
            throw shards[0].Metadata.Fault(SplitNumber, "the first file of the split (number 0)", $"number {number}");
        }

        var name = ShardName().Match(path);
        if (!name.Success || !name.Groups["count"].ValueSpan.SequenceEqual(count.ToString("D5", CultureInfo.InvariantCulture)))
        {
            throw new InputException(path, SplitCount, $"a name ending in -00001-of-{count:D5}.gguf", System.IO.Path.GetFileName(path));
        }

        for (var i = 1; i < count; i++)
        {
            var shard = GgufShard.Open($"{path[..name.Index]}-{i + 1:D5}-of-{count:D5}.gguf");
            shards.Add(shard);
            if (shard.Metadata.Integer(SplitNumber, min: 0, max: ushort.MaxValue) is var found && found != i)
            {
                throw shard.Metadata.Fault(SplitNumber, $"{i}", $"{found}");
            }

            if (shard.Metadata.Integer(SplitCount) is var foundCount && foundCount != count)
            {
                throw shard.Metadata.Fault(SplitCount, $"{count}", $"{foundCount}");
            }
        }
    }

    private static OrderedDictionary<string, StoredTensor> Join(List<GgufShard> shards)
    {
        var tensors = new OrderedDictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var shard in shards)
        {
            foreach (var (name, tensor) in shard.Tensors)
            {
                if (!tensors.TryAdd(name, tensor))
                {
                    throw new InputException(shard.Metadata.File, name, "each tensor in one file of the split", "a second one of that name");
                }
            }
        }

        var declared = shards[0].Metadata.OptionalInteger(SplitTensors, tensors.Count, min: 0);
        return declared == tensors.Count ? tensors : throw shards[0].Metadata.Fault(SplitTensors, $"{tensors.Count}, the tensors found", $"{declared}");
    }

    [GeneratedRegex(@"-00001-of-(?<count>\d{5})\.gguf$", RegexOptions.CultureInvariant)]
    private static partial Regex ShardName();
}
