namespace Accel.Core.Formats;

/// <summary>How a floating-point field is encoded; all little-endian.</summary>
public enum FloatEncoding
{
    /// <summary>IEEE 754 binary16.</summary>
    Half,

    /// <summary>The upper half of binary32.</summary>
    BFloat16,

    /// <summary>IEEE 754 binary32.</summary>
    Single,

    /// <summary>IEEE 754 binary64.</summary>
    Double,

    /// <summary>E8M0: a biased power of two, 255 meaning NaN (OCP microscaling formats 1.0, section 5.4.1).</summary>
    PowerOfTwo,
}

/// <summary>A floating-point field of a block.</summary>
/// <param name="Offset">Bytes from the start of the block.</param>
/// <param name="Encoding">How it is encoded.</param>
public readonly record struct FloatField(int Offset, FloatEncoding Encoding);
