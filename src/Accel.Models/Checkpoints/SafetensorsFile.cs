using Accel.Core.Diagnostics;
using Accel.Core.Formats;

namespace Accel.Models.Checkpoints;

/// <summary>One safetensors file.</summary>
/// <remarks>Source: huggingface/safetensors, README and the checks of the reference reader (src/tensor.rs).</remarks>
public sealed class SafetensorsFile : IDisposable
{
    private const int MaxHeaderBytes = 32 << 20;

    private readonly MappedFile _file;

    private SafetensorsFile(MappedFile file)
    {
        _file = file;
        var header = SafetensorsHeader.Read(file, HeaderLength(file));
        Metadata = header.Metadata;
        Tensors = Place(header);
    }

    /// <summary>The file as the user named it.</summary>
    public string Path => _file.Path;

    /// <summary>The free-text notes of the header, often empty.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>
    /// Tensors in the order of the header. One of a type that nothing here decodes is listed with its shape, and using its values
    /// is an error that names the type.
    /// </summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>Maps the file and checks everything but the values of the weights.</summary>
    /// <exception cref="InputException">The file is not a safetensors file, or is damaged.</exception>
    public static SafetensorsFile Open(string path)
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

    /// <summary>Ends the mapping at once; the tensors must no longer be used.</summary>
    public void Dispose() => _file.Dispose();

    private static int HeaderLength(MappedFile file)
    {
        var cursor = new ByteCursor(file);
        var length = cursor.Read<ulong>("the length of the header");
        if (length > MaxHeaderBytes)
        {
            throw cursor.Fault(0, $"a header of at most {MaxHeaderBytes} bytes", $"{length}");
        }

        return length <= (ulong)cursor.Remaining
            ? (int)length
            : throw cursor.Fault(0, $"a header within the {cursor.Remaining} bytes left", $"a length of {length}");
    }

    /// <summary>Tensors must fill the buffer in some order without holes or overlaps, and end where the file ends.</summary>
    private unsafe OrderedDictionary<string, StoredTensor> Place(SafetensorsHeader header)
    {
        var end = 0L;
        foreach (var entry in header.Entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin != end)
            {
                throw new InputException(Path, entry.Name, $"data from byte {end} of the buffer on, where the one before ends", $"{entry.Begin}");
            }

            end = entry.End;
        }

        if (end != _file.Length - header.BufferStart)
        {
            throw new InputException(Path, "", $"tensors that fill the {_file.Length - header.BufferStart} bytes after the header", $"{end} bytes of tensors");
        }

        var tensors = new OrderedDictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var entry in header.Entries)
        {
            tensors.Add(entry.Name, new(entry.Name, entry.Format, entry.Shape, _file.Data + header.BufferStart + entry.Begin, _file));
        }

        return tensors;
    }
}
