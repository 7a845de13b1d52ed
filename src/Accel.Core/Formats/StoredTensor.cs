namespace Accel.Core.Formats;

/// <summary>
/// A tensor as its checkpoint stores it: row-major, the last axis contiguous, still in its stored format. Points into memory
/// that its owner keeps alive (a mapped file, a pinned array); nothing is copied.
/// </summary>
public sealed unsafe class StoredTensor
{
    // A piece of a scan: well below 2 GiB, the longest span, and large enough that its set-up costs nothing.
    private const int ScanBytes = 1 << 24;

    private readonly byte* _data;
    private readonly object _owner;

    /// <param name="name">The name in the checkpoint.</param>
    /// <param name="format">How elements are stored.</param>
    /// <param name="shape">Extents, slowest axis first: a linear weight is <c>[out, in]</c>. Empty for a scalar.</param>
    /// <param name="data">First byte; need not be aligned.</param>
    /// <param name="owner">What keeps <paramref name="data"/> alive.</param>
    public StoredTensor(string name, StorageFormat format, long[] shape, byte* data, object owner)
    {
        Name = name;
        Format = format;
        Shape = shape;
        _data = data;
        _owner = owner;
        Elements = shape.Aggregate(1L, (product, extent) => checked(product * extent));
        RowElements = shape.Length == 0 ? 1 : shape[^1];
        RowBytes = format.RowBytes(RowElements);
        Rows = RowElements == 0 ? 0 : Elements / RowElements;
    }

    public string Name { get; }

    public StorageFormat Format { get; }

    public long[] Shape { get; }

    public long Elements { get; }

    /// <summary>Elements along the last axis.</summary>
    public long RowElements { get; }

    /// <summary>All axes but the last, multiplied.</summary>
    public long Rows { get; }

    public long RowBytes { get; }

    public long ByteLength => Rows * RowBytes;

    /// <summary>First byte of the tensor; valid while this object is reachable.</summary>
    public byte* Data => _data;

    /// <summary>The object that keeps the bytes alive.</summary>
    public object Owner => _owner;

    /// <summary>The stored bytes of one row.</summary>
    public ReadOnlySpan<byte> Row(long index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)index, (ulong)Rows);
        return new(_data + index * RowBytes, checked((int)RowBytes));
    }

    /// <summary>Decodes one row to float32; <paramref name="destination"/> holds <see cref="RowElements"/> floats.</summary>
    public void DecodeRow(long index, Span<float> destination) => Format.Decode(Row(index), destination);

    /// <summary>Decodes the whole tensor; for the small ones (norms, biases) and for tests.</summary>
    public float[] ToFloats()
    {
        var values = new float[checked((int)Elements)];
        for (var row = 0L; row < Rows; row++)
        {
            DecodeRow(row, values.AsSpan(checked((int)(row * RowElements)), (int)RowElements));
        }

        return values;
    }

    /// <summary>
    /// Index of the first element, in storage order, that decodes to infinity or NaN; -1 when all are finite. Reads only the
    /// floating-point fields (<see cref="StorageFormat.FloatFields"/>), so a mapped tensor is scanned at the speed of memory.
    /// </summary>
    public long FirstNonFinite()
    {
        var blocks = ByteLength / Format.BlockBytes;
        var chunk = Math.Max(1, ScanBytes / Format.BlockBytes);
        for (var start = 0L; start < blocks;)
        {
            var count = (int)Math.Min(chunk, blocks - start);
            var span = new ReadOnlySpan<byte>(_data + start * Format.BlockBytes, count * Format.BlockBytes);
            var suspect = FiniteScan.FirstSuspect(Format, span);
            if (suspect < 0)
            {
                start += count;
                continue;
            }

            var element = FirstNonFinite(span.Slice(suspect * Format.BlockBytes, Format.BlockBytes));
            if (element >= 0)
            {
                return (start + suspect) * Format.BlockElements + element;
            }

            start += suspect + 1;
        }

        return -1;
    }

    /// <summary>The same bytes under another shape with the same rows' bytes (a squeezed or split leading axis).</summary>
    public StoredTensor Reshape(params long[] shape) => new(Name, Format, shape, _data, _owner);

    /// <summary>A run of rows as a matrix of its own: <c>[count, RowElements]</c>.</summary>
    public StoredTensor SliceRows(long start, long count, string name)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)(start + count), (ulong)Rows);
        return new(name, Format, [count, RowElements], _data + start * RowBytes, _owner);
    }

    private int FirstNonFinite(ReadOnlySpan<byte> block)
    {
        var values = Format.BlockElements <= 256 ? stackalloc float[Format.BlockElements] : new float[Format.BlockElements];
        Format.Decode(block, values);
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Float32 values in a pinned array, for tests and for tensors computed at load.</summary>
    public static StoredTensor FromFloats(string name, long[] shape, ReadOnlySpan<float> values)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked(values.Length * sizeof(float)), pinned: true);
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).CopyTo(bytes);
        return FromBytes(name, StorageFormats.F32, shape, bytes);
    }

    /// <summary>Stored bytes in an array that was allocated pinned.</summary>
    public static StoredTensor FromBytes(string name, StorageFormat format, long[] shape, byte[] pinnedBytes)
    {
        fixed (byte* start = pinnedBytes)
        {
            return new(name, format, shape, start, pinnedBytes);
        }
    }
}
