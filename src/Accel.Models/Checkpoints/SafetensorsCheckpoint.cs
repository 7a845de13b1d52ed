using Accel.Core.Diagnostics;
using Accel.Core.Formats;

namespace Accel.Models.Checkpoints;

/// <summary>A Hugging Face checkpoint: <c>config.json</c> with <c>model.safetensors</c>, or with the shards that its index names.</summary>
public sealed class SafetensorsCheckpoint
{
    private const string ConfigName = "config.json";
    private const string SingleName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";

    // The index of a model with 90,000 expert tensors takes 9 MB.
    private const int MaxIndexBytes = 64 << 20;

    private SafetensorsCheckpoint(string path, JsonConfig config, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        Path = path;
        Config = config;
        Tensors = tensors;
    }

    /// <summary>The folder or file as the user named it.</summary>
    public string Path { get; }

    /// <summary>The model's hyper-parameters.</summary>
    public JsonConfig Config { get; }

    /// <summary>All tensors, shard by shard in the order of the index, each in the order of its header.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>Opens a folder, or one <c>.safetensors</c> file with a <c>config.json</c> beside it.</summary>
    /// <exception cref="InputException">A file is missing or damaged, or the shards contradict their index.</exception>
    public static SafetensorsCheckpoint Open(string path)
    {
        var isFolder = Directory.Exists(path);
        var folder = isFolder ? path : System.IO.Path.GetDirectoryName(path) ?? "";
        var config = JsonConfig.Open(System.IO.Path.Combine(folder, ConfigName));
        var index = System.IO.Path.Combine(folder, IndexName);
        var tensors = !isFolder ? SafetensorsFile.Open(path).Tensors
            : File.Exists(index) ? OpenShards(folder, index)
            : SafetensorsFile.Open(System.IO.Path.Combine(folder, SingleName)).Tensors;
        return new(path, config, tensors);
    }

    private static OrderedDictionary<string, StoredTensor> OpenShards(string folder, string index)
    {
        var map = JsonConfig.Open(index, MaxIndexBytes).Section("weight_map");
        var shards = new OrderedDictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            foreach (var name in map.Keys)
            {
                var shard = map.String(name);
                if (!IsPlainName(shard))
                {
                    throw map.Fault(name, "the name of a .safetensors file in the same folder", $"'{shard}'");
                }

                if (!shards.TryGetValue(shard, out var file))
                {
                    file = SafetensorsFile.Open(System.IO.Path.Combine(folder, shard));
                    shards.Add(shard, file);
                }

                if (!file.Tensors.ContainsKey(name))
                {
                    throw map.Fault(name, $"a tensor of that name in {shard}", "none");
                }
            }

            return Join(shards.Values);
        }
        catch
        {
            foreach (var shard in shards.Values)
            {
                shard.Dispose();
            }

            throw;
        }
    }

    private static OrderedDictionary<string, StoredTensor> Join(IEnumerable<SafetensorsFile> shards)
    {
        var tensors = new OrderedDictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var shard in shards)
        {
            foreach (var (name, tensor) in shard.Tensors)
            {
                if (!tensors.TryAdd(name, tensor))
                {
                    throw new InputException(shard.Path, name, "each tensor in one shard", "a second one of that name");
                }
            }
        }

        return tensors;
    }

    /// <summary>A name, not a way: an index from elsewhere must not reach files outside its folder.</summary>
    private static bool IsPlainName(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal) && !name.AsSpan().ContainsAny(@"/\:") && !name.Contains("..", StringComparison.Ordinal)
        && !name.Any(char.IsControl);
}
