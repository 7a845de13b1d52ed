using Accel.Core.Diagnostics;
using Accel.Core.Formats;

namespace Accel.Models.Checkpoints;

/// <summary>
/// A llama2.c checkpoint: version 0 (no magic, float32), version 1 (float32) or version 2 (int8 groups). Tensors are
/// named as in GGUF; rotary pairs are neighbours, as in GGUF's llama architecture.
/// </summary>
/// <remarks>Source of the layouts: karpathy/llama2.c, export.py, and the readers run.c and runq.c.</remarks>
public sealed class Llama2cFile
{
    private const uint Magic = 0x616B_3432; // "ak42" as a number
    private const int HeaderBytes = 256; // of versions 1 and 2, zero-padded

    private Llama2cFile(string path, int version, Llama2cHeader header, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        Path = path;
        Version = version;
        Header = header;
        Tensors = tensors;
    }

    /// <summary>The file as the user named it.</summary>
    public string Path { get; }

    /// <summary>0, 1 or 2.</summary>
    public int Version { get; }

    public Llama2cHeader Header { get; }

    /// <summary>Tensors in the order of the file.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>Maps the file; its size must be exactly what the header implies. Version 2 is repacked into memory.</summary>
    /// <exception cref="InputException">The header contradicts itself or the file's size.</exception>
    public static Llama2cFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return Read(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static Llama2cFile Read(MappedFile file)
    {
        var cursor = new ByteCursor(file);
        var version = ReadVersion(cursor);
        var header = Llama2cHeader.Read(version == 0 ? cursor = new(file) : cursor, version);
        var start = version == 0 ? cursor.Position : HeaderBytes;
        var layout = new Llama2cLayout(header, version);
        var size = start + layout.Bytes;
        if (size != file.Length)
        {
            throw new InputException(file.Path, "", $"{size} bytes, as its header implies", $"{file.Length} bytes");
        }

        return new(file.Path, version, header, layout.Place(file, start));
    }

    /// <summary>Version 0 has no magic: its first number is the model's width.</summary>
    private static int ReadVersion(ByteCursor cursor)
    {
        var magic = cursor.Read<uint>("a header");
        if (magic == Magic)
        {
            var version = cursor.Read<int>("a version");
            return version is 1 or 2 ? version : throw cursor.Fault(4, "version 1 or 2", $"version {version}");
        }

        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(magic) == Magic
            ? throw cursor.Fault(0, "a little-endian file", "a big-endian one")
            : 0;
    }
}
