using System.IO.MemoryMappedFiles;
using Accel.Core.Diagnostics;

namespace Accel.Models.Checkpoints;

/// <summary>
/// A file mapped read-only. Tensors point into it and keep it alive; when the last one is gone the mapping goes with it, and
/// <see cref="Dispose"/> ends it at once, for a file that turned out to be unusable.
/// </summary>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedViewAccessor _view;
    private byte* _data;

    private MappedFile(string path, long length, MemoryMappedViewAccessor view)
    {
        Path = path;
        Length = length;
        _view = view;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _data = start + view.PointerOffset;
    }

    ~MappedFile() => Release();

    /// <summary>The path as the user named it.</summary>
    public string Path { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>First byte; valid while this object is reachable and not disposed.</summary>
    public byte* Data => _data;

    /// <summary>Maps a file of at least one byte.</summary>
    /// <exception cref="InputException">No such file, a folder, a device, empty, or not readable.</exception>
    public static MappedFile Open(string path)
    {
        var length = RegularLength(path);
        try
        {
            // The mapping outlives both the stream and the file mapping object; others may write, rename or delete the file.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            using var mapping = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new(path, length, mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InputException(path, "", "a readable file", Reason(fault));
        }
    }

    /// <summary>Reads a whole text file (JSON, small formats) into memory, refusing what no such file is large enough to be.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The most that is read.</param>
    public static byte[] ReadAll(string path, int maxBytes)
    {
        var length = RegularLength(path);
        if (length > maxBytes)
        {
            throw new InputException(path, "", $"at most {maxBytes} bytes", $"{length} bytes");
        }

        using var file = Open(path);
        return file.Span(0, (int)file.Length).ToArray();
    }

    /// <summary>Bytes of the file; the range must lie inside.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_data is null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset + (ulong)length, (ulong)Length);
        return new(_data + offset, length);
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (_data is null)
        {
            return;
        }

        _data = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
    }

    /// <summary>
    /// The length by the file's entry, without opening it: opening a pipe would wait for a writer. Pipes and devices have
    /// no length, so they read as empty.
    /// </summary>
    private static long RegularLength(string path)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0'))
        {
            throw new InputException(path, "", "the path of a file", "no path");
        }

        if (Directory.Exists(path))
        {
            throw new InputException(path, "", "a file", "a folder");
        }

        try
        {
            var info = new FileInfo(path);
            if (!info.Exists)
            {
                throw new InputException(path, "", "a file", "nothing of that name");
            }

            var length = (info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info).Length;
            return length > 0 ? length : throw new InputException(path, "", "a regular file with content", "an empty file, a pipe or a device");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException(path, "", "a readable file", Reason(fault));
        }
    }

    /// <summary>What went wrong, without the full path that the runtime's message carries.</summary>
    private static string Reason(Exception fault) => fault switch
    {
        UnauthorizedAccessException => "no permission to read it",
        PathTooLongException => "a path that is too long",
        FileNotFoundException or DirectoryNotFoundException => "nothing of that name",
        _ => "a file that the system cannot read or map",
    };
}
