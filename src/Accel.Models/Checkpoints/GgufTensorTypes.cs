using Accel.Core.Formats;

namespace Accel.Models.Checkpoints;

/// <summary>Tensor types of GGUF by their number (ggml.h, ggml_type), and the storage format of those that are read.</summary>
internal static class GgufTensorTypes
{
    private static readonly SortedDictionary<uint, string> _names = new()
    {
        [0] = "F32", [1] = "F16", [2] = "Q4_0", [3] = "Q4_1", [6] = "Q5_0", [7] = "Q5_1", [8] = "Q8_0", [9] = "Q8_1",
        [10] = "Q2_K", [11] = "Q3_K", [12] = "Q4_K", [13] = "Q5_K", [14] = "Q6_K", [15] = "Q8_K",
        [16] = "IQ2_XXS", [17] = "IQ2_XS", [18] = "IQ3_XXS", [19] = "IQ1_S", [20] = "IQ4_NL", [21] = "IQ3_S", [22] = "IQ2_S",
        [23] = "IQ4_XS", [24] = "I8", [25] = "I16", [26] = "I32", [27] = "I64", [28] = "F64", [29] = "IQ1_M", [30] = "BF16",
        [34] = "TQ1_0", [35] = "TQ2_0", [39] = "MXFP4", [40] = "NVFP4", [41] = "Q1_0", [42] = "Q2_0",
    };

    private static readonly Dictionary<string, StorageFormat> _formats = StorageFormats.All.ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>What a tensor may be, for an error message.</summary>
    public static string Readable { get; } = string.Join(", ", _names.Values.Where(_formats.ContainsKey));

    /// <summary>The type's name, or its number when there is none (never assigned, or removed from the format).</summary>
    public static string Name(uint type) => _names.TryGetValue(type, out var name) ? name : $"unknown type {type}";

    /// <summary>The storage format, or null when nothing here decodes it.</summary>
    public static StorageFormat? Format(uint type) => _names.TryGetValue(type, out var name) ? _formats.GetValueOrDefault(name) : null;
}
