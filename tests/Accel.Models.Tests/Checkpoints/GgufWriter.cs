using System.Text;

namespace Accel.Models.Tests.Checkpoints;

/// <summary>
/// Writes small GGUF files. Each field that the format derives (counts, offsets, lengths) can be overridden, so that a test
/// damages one thing and leaves the rest valid.
/// </summary>
internal sealed class GgufWriter
{
    private readonly List<(string Key, Action<BinaryWriter> Value)> _entries = [];
    private readonly List<(string Name, ulong[] Dims, uint Type, byte[] Data, ulong? Offset)> _tensors = [];

    public uint Version { get; init; } = 3;

    public uint Magic { get; init; } = 0x4655_4747;

    public ulong? TensorCount { get; init; }

    public ulong? EntryCount { get; init; }

    public uint Alignment { get; init; } = 32;

    /// <summary>Bytes of the header, known after <see cref="ToBytes"/>: everything before the padding of the data.</summary>
    public int HeaderBytes { get; private set; }

    public GgufWriter Add(string key, uint type, Action<BinaryWriter> value)
    {
        _entries.Add((key, writer =>
        {
            writer.Write(type);
            value(writer);
        }));
        return this;
    }

    public GgufWriter Add(string key, uint value) => Add(key, 4, w => w.Write(value));

    public GgufWriter Add(string key, float value) => Add(key, 6, w => w.Write(value));

    public GgufWriter Add(string key, bool value) => Add(key, 7, w => w.Write(value));

    public GgufWriter Add(string key, string value) => Add(key, 8, w => WriteString(w, value));

    public GgufWriter Add(string key, string[] values) => Add(key, 9, w => WriteArray(w, 8, values, v => WriteString(w, v)));

    public GgufWriter Add(string key, int[] values) => Add(key, 9, w => WriteArray(w, 5, values, w.Write));

    public GgufWriter Add(string key, float[] values) => Add(key, 9, w => WriteArray(w, 6, values, w.Write));

    public GgufWriter AddTensor(string name, ulong[] dims, uint type, byte[] data, ulong? offset = null)
    {
        _tensors.Add((name, dims, type, data, offset));
        return this;
    }

    public static void WriteString(BinaryWriter writer, string text) => WriteString(writer, Encoding.UTF8.GetBytes(text));

    public static void WriteString(BinaryWriter writer, byte[] bytes)
    {
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    public byte[] ToBytes()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(TensorCount ?? (ulong)_tensors.Count);
        writer.Write(EntryCount ?? (ulong)_entries.Count);
        foreach (var (key, value) in _entries)
        {
            WriteString(writer, key);
            value(writer);
        }

        var sum = 0UL;
        foreach (var (name, dims, type, data, offset) in _tensors)
        {
            WriteString(writer, name);
            writer.Write((uint)dims.Length);
            Array.ForEach(dims, writer.Write);
            writer.Write(type);
            writer.Write(offset ?? sum);
            sum += (ulong)(data.Length + Alignment - 1) / Alignment * Alignment;
        }

        HeaderBytes = (int)stream.Length;
        foreach (var (_, _, _, data, _) in _tensors)
        {
            Pad(writer, stream);
            writer.Write(data);
        }

        return stream.ToArray();
    }

    private static void WriteArray<T>(BinaryWriter writer, uint elementType, T[] values, Action<T> write)
    {
        writer.Write(elementType);
        writer.Write((ulong)values.Length);
        Array.ForEach(values, write);
    }

    private void Pad(BinaryWriter writer, MemoryStream stream)
    {
        while (stream.Length % Alignment != 0)
        {
            writer.Write((byte)0);
        }
    }
}
