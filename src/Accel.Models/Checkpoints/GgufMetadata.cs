using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Accel.Models.Checkpoints;

/// <summary>The types of a GGUF metadata value, by their number in the file.</summary>
internal enum GgufType : uint
{
    UInt8,
    Int8,
    UInt16,
    Int16,
    UInt32,
    Int32,
    Single,
    Bool,
    String,
    Array,
    UInt64,
    Int64,
    Double,
}

/// <summary>Where a value lies in the file, already checked against its length.</summary>
/// <param name="Type">Its type; for an array, the type of its elements.</param>
/// <param name="IsArray">Whether it is an array.</param>
/// <param name="Count">Elements; 1 for a scalar.</param>
/// <param name="Offset">Of the first element.</param>
internal readonly record struct GgufEntry(GgufType Type, bool IsArray, long Count, long Offset);

/// <summary>The key-value part of a GGUF file, read from the mapping when asked for: a vocabulary is not copied.</summary>
public sealed class GgufMetadata : ConfigSource
{
    private readonly MappedFile _file;
    private readonly OrderedDictionary<string, GgufEntry> _entries;
    private readonly Dictionary<string, long[]> _stringOffsets = new(StringComparer.Ordinal);

    internal GgufMetadata(MappedFile file, OrderedDictionary<string, GgufEntry> entries)
    {
        _file = file;
        _entries = entries;
    }

    public override string File => _file.Path;

    public override IReadOnlyCollection<string> Keys => _entries.Keys;

    /// <summary>Bytes of one element; a string has at least its length field.</summary>
    internal static int LeastBytes(GgufType type) => type switch
    {
        GgufType.UInt8 or GgufType.Int8 or GgufType.Bool => 1,
        GgufType.UInt16 or GgufType.Int16 => 2,
        GgufType.UInt32 or GgufType.Int32 or GgufType.Single => 4,
        _ => 8,
    };

    /// <summary>The type of a key's value or elements, or null.</summary>
    internal GgufType? TypeOf(string key) => _entries.TryGetValue(key, out var entry) ? entry.Type : null;

    protected override string Place(string key) => key;

    private protected override ConfigValue? Find(string key)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            return null;
        }

        return entry.IsArray ? ConfigValue.Of(new Elements(this, key, entry)) : Read(key, entry.Type, entry.Offset);
    }

    private ConfigValue Read(string key, GgufType type, long offset)
    {
        var bytes = type == GgufType.String ? default : _file.Span(offset, LeastBytes(type));
        var value = type switch
        {
            GgufType.UInt8 => ConfigValue.Of((long)bytes[0]),
            GgufType.Int8 => ConfigValue.Of((long)(sbyte)bytes[0]),
            GgufType.UInt16 => ConfigValue.Of((long)MemoryMarshal.Read<ushort>(bytes)),
            GgufType.Int16 => ConfigValue.Of((long)MemoryMarshal.Read<short>(bytes)),
            GgufType.UInt32 => ConfigValue.Of((long)MemoryMarshal.Read<uint>(bytes)),
            GgufType.Int32 => ConfigValue.Of((long)MemoryMarshal.Read<int>(bytes)),
            GgufType.Single => ConfigValue.Of((double)MemoryMarshal.Read<float>(bytes)),
            GgufType.Double => ConfigValue.Of(MemoryMarshal.Read<double>(bytes)),
            GgufType.Int64 => ConfigValue.Of(MemoryMarshal.Read<long>(bytes)),
            GgufType.UInt64 => Unsigned(MemoryMarshal.Read<ulong>(bytes)),
            GgufType.Bool => bytes[0] <= 1 ? ConfigValue.Of(bytes[0] == 1) : throw Fault(key, "0 or 1 for a bool", $"{bytes[0]}"),
            _ => ConfigValue.Of(Text(key, offset)),
        };
        GC.KeepAlive(_file);
        return value;
    }

    /// <summary>Beyond the range of a signed number it is no size or count that anyone asks for: kept as a real number.</summary>
    private static ConfigValue Unsigned(ulong value) => value <= long.MaxValue ? ConfigValue.Of((long)value) : ConfigValue.Of((double)value);

    private string Text(string key, long offset)
    {
        var bytes = _file.Span(offset + 8, (int)MemoryMarshal.Read<long>(_file.Span(offset, 8)));
        return Utf8.IsValid(bytes) ? System.Text.Encoding.UTF8.GetString(bytes) : throw Fault(key, "UTF-8 text", "invalid UTF-8");
    }

    /// <summary>Strings have no fixed length, so the first access finds where each begins; eight bytes a string, at most as many as the file has.</summary>
    private long[] StringOffsets(string key, GgufEntry entry)
    {
        lock (_stringOffsets)
        {
            if (!_stringOffsets.TryGetValue(key, out var offsets))
            {
                offsets = new long[entry.Count];
                var at = entry.Offset;
                for (var i = 0; i < offsets.Length; i++)
                {
                    offsets[i] = at;
                    at += 8 + MemoryMarshal.Read<long>(_file.Span(at, 8));
                }

                _stringOffsets.Add(key, offsets);
            }

            return offsets;
        }
    }

    /// <summary>An array as a list of values.</summary>
    private sealed class Elements(GgufMetadata owner, string key, GgufEntry entry) : IReadOnlyList<ConfigValue>
    {
        private readonly long[]? _strings = entry.Type == GgufType.String ? owner.StringOffsets(key, entry) : null;

        public int Count => (int)entry.Count;

        public ConfigValue this[int index]
        {
            get
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
                return owner.Read(key, entry.Type, _strings?[index] ?? entry.Offset + (long)index * LeastBytes(entry.Type));
            }
        }

        public IEnumerator<ConfigValue> GetEnumerator()
        {
            for (var i = 0; i < Count; i++)
            {
                yield return this[i];
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
