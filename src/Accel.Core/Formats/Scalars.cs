using System.Runtime.InteropServices;

namespace Accel.Core.Formats;

/// <summary>Formats of one element each: no block, no scale.</summary>
internal static class Scalars
{
    public static readonly StorageFormat F32 = new("F32", 1, 4, static (source, y) => MemoryMarshal.Cast<byte, float>(source).CopyTo(y))
    {
        FloatFields = [new(0, FloatEncoding.Single)],
    };

    public static readonly StorageFormat F16 = new("F16", 1, 2, HalfPrecision.Widen) { FloatFields = [new(0, FloatEncoding.Half)] };

    public static readonly StorageFormat BF16 = new("BF16", 1, 2, HalfPrecision.WidenBFloat16)
    {
        FloatFields = [new(0, FloatEncoding.BFloat16)],
    };

    /// <summary>Rounded to the nearest float32.</summary>
    public static readonly StorageFormat F64 = new("F64", 1, 8, Convert<double>) { FloatFields = [new(0, FloatEncoding.Double)] };

    public static readonly StorageFormat I8 = new("I8", 1, 1, Convert<sbyte>);

    public static readonly StorageFormat I16 = new("I16", 1, 2, Convert<short>);

    /// <summary>Rounded to the nearest float32: exact up to 2^24.</summary>
    public static readonly StorageFormat I32 = new("I32", 1, 4, Convert<int>);

    private static void Convert<T>(ReadOnlySpan<byte> source, Span<float> y)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        var values = MemoryMarshal.Cast<byte, T>(source);
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = float.CreateTruncating(values[i]);
        }
    }
}
