namespace Accel.Core.Formats;

/// <summary>
/// How a checkpoint stores the elements of a tensor: a block of <see cref="BlockElements"/> elements takes
/// <see cref="BlockBytes"/> bytes, and blocks run along a row, never across rows.
/// </summary>
/// <remarks>The catalogue is <see cref="StorageFormats"/>; layouts follow ggml's block definitions (ggml-common.h).</remarks>
public sealed record StorageFormat(string Name, int BlockElements, int BlockBytes, BlockDecoder Decoder)
{
    /// <summary>
    /// Where a block holds floating-point fields: the elements themselves, or the scales. Only these can make a decoded
    /// value infinite or NaN, so a check for finite weights reads nothing else. Empty when every code decodes to a finite value.
    /// </summary>
    public IReadOnlyList<FloatField> FloatFields { get; init; } = [];

    /// <summary>Mean bits per stored element, scales included.</summary>
    public double BitsPerElement => BlockBytes * 8.0 / BlockElements;

    /// <summary>Bytes of one row of <paramref name="elements"/> elements, which must be whole blocks.</summary>
    public long RowBytes(long elements) => checked(elements / BlockElements * BlockBytes);

    /// <summary>Decodes whole blocks: <paramref name="source"/> holds exactly the blocks of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">The spans disagree, or are no whole number of blocks.</exception>
    public void Decode(ReadOnlySpan<byte> source, Span<float> destination)
    {
        if (destination.Length % BlockElements != 0 || source.Length != RowBytes(destination.Length))
        {
            throw new ArgumentException($"{Name}: {source.Length} bytes do not hold {destination.Length} elements");
        }

        Decoder(source, destination);
    }

    /// <summary>Formats are the same when their name and block are: two requests for one group size give equal formats.</summary>
    public bool Equals(StorageFormat? other) =>
        other is not null && Name == other.Name && BlockElements == other.BlockElements && BlockBytes == other.BlockBytes;

    public override int GetHashCode() => HashCode.Combine(Name, BlockElements, BlockBytes);

    public override string ToString() => Name;
}

/// <summary>Decodes consecutive blocks into float32.</summary>
/// <param name="source">Whole blocks, little-endian.</param>
/// <param name="destination">One float per element; overwritten.</param>
public delegate void BlockDecoder(ReadOnlySpan<byte> source, Span<float> destination);
