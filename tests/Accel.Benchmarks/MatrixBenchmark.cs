using Accel.Core.Formats;
using Accel.Runtime.Kernels.Matrices;

namespace Accel.Benchmarks;

/// <summary>Matrix-vector products against the read bandwidth, matrix-matrix products against the float32 peak; one core.</summary>
internal static class MatrixBenchmark
{
    public static void Run()
    {
        var bandwidth = Machine.StreamingReadBandwidth();
        var peak = Machine.PeakFlops();
        Console.WriteLine($"streaming read {bandwidth / 1e9:0.0} GB/s, float32 peak {peak / 1e9:0.0} GFLOP/s");
        foreach (var format in new[] { StorageFormats.F32, StorageFormats.F16, StorageFormats.BF16, StorageFormats.Q8_0, StorageFormats.Q4_0, StorageFormats.Q4_K, StorageFormats.Q6_K })
        {
            const int Columns = 4096;
            const int Rows = 32768;
            var matrix = StoredMatrix.Create(RandomTensor(format, Rows, Columns));
            var x = new float[Columns];
            x.AsSpan().Fill(0.5f);
            var y = new float[Rows];
            var seconds = Machine.BestCpuSeconds(() => matrix.MultiplyVector(x, y, 0, Rows), budget: 1);
            Console.WriteLine($"vector {format,-6} {format.RowBytes(Columns) * Rows / seconds / 1e9,6:0.0} GB/s  {format.RowBytes(Columns) * Rows / seconds / bandwidth:P0} of streaming read");
        }

        foreach (var (columns, rows) in new[] { (1024, 4096), (4096, 4096), (4096, 1024) })
        {
            foreach (var format in new[] { StorageFormats.F32, StorageFormats.Q8_0, StorageFormats.Q4_K })
            {
                const int Count = 256;
                var matrix = StoredMatrix.Create(RandomTensor(format, rows, columns));
                var x = new float[Count * columns];
                var y = new float[Count * rows];
                var seconds = Machine.BestCpuSeconds(() => matrix.MultiplyMatrix(x, y, Count, 0, rows), budget: 1);
                var flops = 2.0 * Count * columns * rows / seconds;
                Console.WriteLine($"matrix {format,-6} {Count} x {columns} x {rows}: {flops / 1e9,6:0.0} GFLOP/s  {flops / peak:P0} of peak");
            }
        }
    }

    /// <summary>Scales as weights have them, all near each other: random bit patterns would be NaNs, and spread over every table.</summary>
    private static void SetScales(StorageFormat format, byte[] bytes)
    {
        if (format.BlockElements == 1)
        {
            bytes.AsSpan().Clear();
            return;
        }

        var random = new Random(2);
        for (var block = 0; block < bytes.Length; block += format.BlockBytes)
        {
            foreach (var field in format.FloatFields)
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(block + field.Offset), (Half)(0.001 + (0.01 * random.NextDouble())));
            }
        }
    }

    private static StoredTensor RandomTensor(StorageFormat format, int rows, int columns)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)(format.RowBytes(columns) * rows)), pinned: true);
        new Random(1).NextBytes(bytes);
        SetScales(format, bytes);

        return StoredTensor.FromBytes(format.Name, format, [rows, columns], bytes);
    }
}
