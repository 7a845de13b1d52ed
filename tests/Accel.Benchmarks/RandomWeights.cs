using Accel.Core.Formats;
using Accel.Graph;

namespace Accel.Benchmarks;

/// <summary>Seeded random weights in any stored format, small enough that activations stay finite.</summary>
internal static class RandomWeights
{
    /// <summary>A matrix, or float32 ones for a norm.</summary>
    public static StoredTensor Tensor(StorageFormat format, params long[] shape)
    {
        if (shape.Length == 1)
        {
            return StoredTensor.FromFloats("ones", shape, Enumerable.Repeat(1f, (int)shape[0]).ToArray());
        }

        var elements = shape.Aggregate(1L, (product, extent) => product * extent);
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)format.RowBytes(elements)), pinned: true);
        var random = new Random(1);
        random.NextBytes(bytes);
        if (format.BlockElements == 1)
        {
            SmallFloats(format, bytes);
            return StoredTensor.FromBytes(format.Name, format, shape, bytes);
        }

        for (var block = 0; block < bytes.Length; block += format.BlockBytes)
        {
            foreach (var field in format.FloatFields)
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(block + field.Offset), (Half)(0.0001 * (1 + random.NextDouble())));
            }
        }

        return StoredTensor.FromBytes(format.Name, format, shape, bytes);
    }

    /// <summary>Random weights for every parameter of a graph.</summary>
    public static WeightSet For(ModelGraph graph, StorageFormat format) => WeightSet.Bind(
        graph, "random", parameter => (Tensor(format, [.. parameter.Type.Shape.Dims.Select(dim => dim.Value)]), parameter.Name));

    /// <summary>Every number between 2^-8 and 2^-6 in magnitude: the exponent's bits are set, sign and fraction stay random.</summary>
    private static void SmallFloats(StorageFormat format, byte[] bytes)
    {
        for (var at = 0; at < bytes.Length; at += format.BlockBytes)
        {
            if (format == StorageFormats.F32)
            {
                var bits = BitConverter.ToUInt32(bytes, at);
                BitConverter.TryWriteBytes(bytes.AsSpan(at), (bits & 0x807F_FFFF) | ((119u + (bits >> 23 & 1)) << 23));
            }
            else
            {
                bytes.AsSpan(at, format.BlockBytes).Clear();
            }
        }
    }
}
