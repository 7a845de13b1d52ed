using System.Numerics;
using Accel.Core.Formats;

namespace Accel.Models.Checkpoints;

/// <summary>One GGUF file: header, metadata and tensors, each field checked before it is used.</summary>
/// <remarks>Source: ggml docs/gguf.md and the checks of ggml's reader, src/gguf.cpp.</remarks>
internal sealed class GgufShard : IDisposable
{
    // Vocabularies and merges of published models stay below a million.
    private const long MaxArrayLength = 1 << 24;

    // Limits of the format: a key has a 16-bit length, a tensor name 64 bytes with its terminator, a tensor four axes.
    private const int MaxKeyBytes = 65535;
    private const int MaxNameBytes = 63;
    private const int MaxAxes = 4;
    private const uint DefaultAlignment = 32;

    private readonly MappedFile _file;

    private GgufShard(MappedFile file)
    {
        _file = file;
        var cursor = new ByteCursor(file);
        Version = ReadVersion(cursor);
        var tensorCount = cursor.Count("a tensor count", 8 + 4 + 4 + 8);
        var entryCount = cursor.Count("a metadata count", 8 + 4 + 1);
        Metadata = new(file, ReadEntries(cursor, entryCount));
        Tensors = ReadTensors(cursor, tensorCount, ReadAlignment());
    }

    public uint Version { get; }

    public GgufMetadata Metadata { get; }

    public OrderedDictionary<string, StoredTensor> Tensors { get; }

    public static GgufShard Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private static uint ReadVersion(ByteCursor cursor)
    {
        var magic = cursor.Read<uint>("the magic 'GGUF'");
        if (magic != 0x4655_4747)
        {
            throw cursor.Fault(0, "the magic 'GGUF'", $"0x{magic:X8}");
        }

        var version = cursor.Read<uint>("a version");
        if (version != 0 && (version & 0xFFFF) == 0)
        {
            throw cursor.Fault(4, "a little-endian file", "a big-endian one");
        }

        return version is 2 or 3 ? version : throw cursor.Fault(4, "version 2 or 3", $"version {version}");
    }

    private static OrderedDictionary<string, GgufEntry> ReadEntries(ByteCursor cursor, long count)
    {
        var entries = new OrderedDictionary<string, GgufEntry>(StringComparer.Ordinal);
        for (var i = 0L; i < count; i++)
        {
            var at = cursor.Position;
            var key = cursor.String("a metadata key", MaxKeyBytes);
            if (key.Length == 0)
            {
                throw cursor.Fault(at, "a metadata key", "an empty one");
            }

            if (!entries.TryAdd(key, ReadEntry(cursor, key)))
            {
                throw cursor.Fault(at, "each metadata key once", $"'{key}' again");
            }
        }

        return entries;
    }

    private static GgufEntry ReadEntry(ByteCursor cursor, string key)
    {
        var type = ReadType(cursor, key);
        if (type != GgufType.Array)
        {
            var offset = cursor.Position;
            SkipValues(cursor, type, 1, key);
            return new(type, false, 1, offset);
        }

        var elementType = ReadType(cursor, key);
        if (elementType == GgufType.Array)
        {
            throw cursor.Fault(cursor.Position - 4, $"'{key}' to be a flat array", "an array of arrays");
        }

        var at = cursor.Position;
        var count = cursor.Count($"a length of '{key}'", GgufMetadata.LeastBytes(elementType));
        if (count > MaxArrayLength)
        {
            throw cursor.Fault(at, $"a length of '{key}' up to {MaxArrayLength}", $"{count}");
        }

        var entry = new GgufEntry(elementType, true, count, cursor.Position);
        SkipValues(cursor, elementType, count, key);
        return entry;
    }

    private static GgufType ReadType(ByteCursor cursor, string key)
    {
        var at = cursor.Position;
        var type = cursor.Read<uint>($"the type of '{key}'");
        return type <= (uint)GgufType.Double ? (GgufType)type : throw cursor.Fault(at, $"a value type of '{key}' from 0 to 12", $"{type}");
    }

    private static void SkipValues(ByteCursor cursor, GgufType type, long count, string key)
    {
        if (type != GgufType.String)
        {
            cursor.Skip(count * GgufMetadata.LeastBytes(type), $"the value of '{key}'");
            return;
        }

        for (var i = 0L; i < count; i++)
        {
            cursor.StringBytes($"a string of '{key}'");
        }
    }

    private uint ReadAlignment()
    {
        const string Key = "general.alignment";
        if (!Metadata.Has(Key))
        {
            return DefaultAlignment;
        }

        if (Metadata.TypeOf(Key) != GgufType.UInt32)
        {
            throw Metadata.Fault(Key, "a value of type u32", $"{Metadata.TypeOf(Key)}");
        }

        var alignment = (uint)Metadata.Integer(Key, 1, uint.MaxValue);
        return BitOperations.IsPow2(alignment) ? alignment : throw Metadata.Fault(Key, "a power of two", $"{alignment}");
    }

    private unsafe OrderedDictionary<string, StoredTensor> ReadTensors(ByteCursor cursor, long count, uint alignment)
    {
        var infos = new List<(string Name, StorageFormat Format, long[] Shape, long Offset, long Bytes)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var expectedOffset = 0L;
        for (var i = 0L; i < count; i++)
        {
            var at = cursor.Position;
            var name = cursor.String("a tensor name", MaxNameBytes);
            if (name.Length == 0 || !names.Add(name))
            {
                throw cursor.Fault(at, "a name for each tensor", name.Length == 0 ? "an empty one" : $"'{name}' again");
            }

            var shape = ReadShape(cursor, name);
            var (format, bytes) = ReadType(cursor, name, shape);
            var offsetAt = cursor.Position;
            var offset = cursor.Read<ulong>($"the offset of '{name}'");
            if (offset != (ulong)expectedOffset)
            {
                throw cursor.Fault(offsetAt, $"'{name}' at offset {expectedOffset}, where the tensor before it ends", $"{offset}");
            }

            // Checked here so that the running sum stays below the file's length and cannot overflow.
            if (bytes > _file.Length - expectedOffset)
            {
                throw cursor.Fault(at, $"{bytes} bytes for '{name}'", $"a file of {_file.Length} bytes");
            }

            infos.Add((name, format, shape, expectedOffset, bytes));
            expectedOffset += Align(bytes, alignment);
        }

        var start = Align(cursor.Position, alignment);
        var tensors = new OrderedDictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var (name, format, shape, offset, bytes) in infos)
        {
            if (bytes > _file.Length - start - offset)
            {
                throw cursor.Fault(start + offset, $"{bytes} bytes of '{name}'", $"end of file at byte {_file.Length}");
            }

            tensors.Add(name, new(name, format, shape, _file.Data + start + offset, _file));
        }

        return tensors;
    }

    /// <summary>Axes come fastest first and leave slowest first.</summary>
    private static long[] ReadShape(ByteCursor cursor, string name)
    {
        var at = cursor.Position;
        var axes = cursor.Read<uint>($"the number of axes of '{name}'");
        if (axes > MaxAxes)
        {
            throw cursor.Fault(at, $"at most {MaxAxes} axes of '{name}'", $"{axes}");
        }

        var shape = new long[axes];
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            shape[axis] = (long)Math.Min(cursor.Read<ulong>($"an extent of '{name}'"), long.MaxValue);
        }

        return Extents.TryCount(shape, out _) ? shape : throw cursor.Fault(at, $"{Extents.Expected} of '{name}'", $"[{string.Join(", ", shape)}]");
    }

    private static (StorageFormat Format, long Bytes) ReadType(ByteCursor cursor, string name, long[] shape)
    {
        var at = cursor.Position;
        var type = cursor.Read<uint>($"the type of '{name}'");
        if (GgufTensorTypes.Format(type) is not { } format)
        {
            throw cursor.Fault(at, $"a tensor type of '{name}' among {GgufTensorTypes.Readable}", GgufTensorTypes.Name(type));
        }

        var row = shape.Length == 0 ? 1 : shape[^1];
        if (row % format.BlockElements != 0)
        {
            throw cursor.Fault(at, $"rows of '{name}' in whole blocks of {format.BlockElements} ({format})", $"rows of {row}");
        }

        Extents.TryCount(shape, out var elements);
        return (format, elements / format.BlockElements * format.BlockBytes);
    }

    private static long Align(long offset, uint alignment) => checked(offset + alignment - 1) / alignment * alignment;
}
