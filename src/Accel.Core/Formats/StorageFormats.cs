using Accel.Core.Diagnostics;

namespace Accel.Core.Formats;

/// <summary>Every storage format that a reader may hand on, one line each.</summary>
public static class StorageFormats
{
    public static readonly StorageFormat F32 = Scalars.F32;
    public static readonly StorageFormat F16 = Scalars.F16;
    public static readonly StorageFormat BF16 = Scalars.BF16;
    public static readonly StorageFormat F64 = Scalars.F64;
    public static readonly StorageFormat I8 = Scalars.I8;
    public static readonly StorageFormat I16 = Scalars.I16;
    public static readonly StorageFormat I32 = Scalars.I32;

    // Blocks of 32 with one scale, or a scale and an offset.
    public static readonly StorageFormat Q4_0 = Quants.Q4_0.Format;
    public static readonly StorageFormat Q4_1 = Quants.Q4_1.Format;
    public static readonly StorageFormat Q5_0 = Quants.Q5_0.Format;
    public static readonly StorageFormat Q5_1 = Quants.Q5_1.Format;
    public static readonly StorageFormat Q8_0 = Quants.Q8_0.Format;

    // Super-blocks of 256 whose sub-blocks have quantised scales.
    public static readonly StorageFormat Q2_K = KQuants.Q2_K.Format;
    public static readonly StorageFormat Q3_K = KQuants.Q3_K.Format;
    public static readonly StorageFormat Q4_K = KQuants.Q4_K.Format;
    public static readonly StorageFormat Q5_K = KQuants.Q5_K.Format;
    public static readonly StorageFormat Q6_K = KQuants.Q6_K.Format;

    // Codes that index a table of values.
    public static readonly StorageFormat IQ4_NL = Tables.IQ4_NL.Format;
    public static readonly StorageFormat MXFP4 = Tables.MXFP4.Format;

    // Weights of -1, 0 and 1.
    public static readonly StorageFormat TQ1_0 = Ternary.TQ1_0.Format;
    public static readonly StorageFormat TQ2_0 = Ternary.TQ2_0.Format;

    /// <summary>All of fixed layout, for readers that look a type up by name and for tests that walk the catalogue.</summary>
    public static IReadOnlyList<StorageFormat> All { get; } =
    [
        F32, F16, BF16, F64, I8, I16, I32,
        Q4_0, Q4_1, Q5_0, Q5_1, Q8_0,
        Q2_K, Q3_K, Q4_K, Q5_K, Q6_K,
        IQ4_NL, MXFP4,
        TQ1_0, TQ2_0,
    ];

    /// <summary>Groups of int8 under one float32 scale: <c>{f32 scale; i8 q[groupSize]}</c>, as llama2.c's version 2 quantises.</summary>
    /// <param name="groupSize">Elements of a group, at least 1.</param>
    public static StorageFormat Int8Group(int groupSize) => Quants.Int8Group.Format(groupSize);

    /// <summary>
    /// A format that a file may hold but nothing here decodes: the tensor can be listed, and using its values is an error that
    /// names the file, the tensor and the type.
    /// </summary>
    public static StorageFormat Unsupported(string file, string tensor, string type, int blockElements, int blockBytes) =>
        new(type, blockElements, blockBytes, (_, _) =>
            throw new InputException(file, tensor, $"one of the types {string.Join(", ", All)}", type));
}
