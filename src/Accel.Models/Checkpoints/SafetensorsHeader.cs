using System.Text.Json;
using Accel.Core.Diagnostics;
using Accel.Core.Formats;

namespace Accel.Models.Checkpoints;

/// <summary>The JSON header of a safetensors file, read from the mapping in one pass.</summary>
internal sealed class SafetensorsHeader
{
    // More axes than any tensor library makes.
    private const int MaxAxes = 64;
    private const int LengthBytes = 8;

    private static readonly Dictionary<string, StorageFormat> _formats = new(StringComparer.Ordinal)
    {
        ["F64"] = StorageFormats.F64,
        ["F32"] = StorageFormats.F32,
        ["F16"] = StorageFormats.F16,
        ["BF16"] = StorageFormats.BF16,
        ["I32"] = StorageFormats.I32,
        ["I16"] = StorageFormats.I16,
        ["I8"] = StorageFormats.I8,
    };

    // Types of the format that nothing here decodes: elements and bytes of the smallest whole number of bytes.
    private static readonly Dictionary<string, (int Elements, int Bytes)> _others = new(StringComparer.Ordinal)
    {
        ["BOOL"] = (1, 1), ["U8"] = (1, 1), ["U16"] = (1, 2), ["U32"] = (1, 4), ["U64"] = (1, 8), ["I64"] = (1, 8), ["C64"] = (1, 8),
        ["F8_E4M3"] = (1, 1), ["F8_E5M2"] = (1, 1), ["F8_E8M0"] = (1, 1), ["F8_E4M3FNUZ"] = (1, 1), ["F8_E5M2FNUZ"] = (1, 1),
        ["F4"] = (2, 1), ["F6_E2M3"] = (4, 3), ["F6_E3M2"] = (4, 3),
    };

    private readonly string _file;
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string file, int length)
    {
        _file = file;
        BufferStart = LengthBytes + length;
    }

    /// <summary>Offset of the byte buffer in the file.</summary>
    public long BufferStart { get; }

    public IReadOnlyList<Entry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    public static SafetensorsHeader Read(MappedFile file, int length)
    {
        var json = file.Span(LengthBytes, length);
        if (json.Length == 0 || json[0] != '{')
        {
            throw new InputException(file.Path, $"byte {LengthBytes}", "a header that begins with '{'", json.Length == 0 ? "an empty one" : $"0x{json[0]:X2}");
        }

        JsonText.Validate(file.Path, json, within: "header ");
        var header = new SafetensorsHeader(file.Path, length);
        header.Read(json);
        return header;
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        var reader = JsonText.Reader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw Fault(name, "an object", $"{reader.TokenType}");
            }

            if (name == "__metadata__")
            {
                ReadMetadata(ref reader);
            }
            else
            {
                _entries.Add(ReadEntry(ref reader, name));
            }
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            _metadata.Add(key, reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Fault($"__metadata__.{key}", "a string", $"{reader.TokenType}"));
        }
    }

    private Entry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        string? dtype = null;
        long[]? shape = null;
        long[]? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            switch (key)
            {
                case "dtype":
                    dtype = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Fault($"{name}.dtype", "a string", $"{reader.TokenType}");
                    break;
                case "shape":
                    shape = ReadIntegers(ref reader, $"{name}.shape", MaxAxes);
                    break;
                case "data_offsets":
                    offsets = ReadIntegers(ref reader, $"{name}.data_offsets", 2);
                    break;
                default:
                    throw Fault(name, "dtype, shape and data_offsets", $"'{key}'");
            }
        }

        if (dtype is null || shape is null || offsets is not [var begin, var end])
        {
            throw Fault(name, "dtype, shape and two data_offsets", "not all of them");
        }

        var (format, bytes) = Size(name, dtype, shape);
        if (end < begin || end - begin != bytes)
        {
            throw Fault($"{name}.data_offsets", $"{bytes} bytes, as {dtype} of this shape takes", $"{begin} to {end}");
        }

        return new(name, format, shape, begin, end);
    }

    private long[] ReadIntegers(ref Utf8JsonReader reader, string place, int most)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Fault(place, "a list of whole numbers", $"{reader.TokenType}");
        }

        var values = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value) || value < 0)
            {
                throw Fault(place, "whole numbers from 0 to 2^63-1", reader.TokenType == JsonTokenType.Number ? "another number" : $"{reader.TokenType}");
            }

            values.Add(value);
            if (values.Count > most)
            {
                throw Fault(place, $"at most {most} numbers", "more");
            }
        }

        return [.. values];
    }

    private (StorageFormat Format, long Bytes) Size(string name, string dtype, long[] shape)
    {
        var known = _others.TryGetValue(dtype, out var other);
        if (!_formats.TryGetValue(dtype, out var format))
        {
            format = known
                ? StorageFormats.Unsupported(_file, name, dtype, other.Elements, other.Bytes)
                : throw Fault($"{name}.dtype", $"one of {string.Join(", ", _formats.Keys.Concat(_others.Keys))}", $"'{dtype}'");
        }

        if (!Extents.TryCount(shape, out var elements))
        {
            throw Fault($"{name}.shape", Extents.Expected, $"[{string.Join(", ", shape)}]");
        }

        return elements % format.BlockElements == 0
            ? (format, elements / format.BlockElements * format.BlockBytes)
            : throw Fault($"{name}.shape", $"a whole number of bytes of {dtype}", $"{elements} elements");
    }

    private InputException Fault(string place, string expected, string found) => new(_file, place, expected, found);

    /// <summary>One tensor: offsets are relative to the buffer.</summary>
    internal readonly record struct Entry(string Name, StorageFormat Format, long[] Shape, long Begin, long End);
}
