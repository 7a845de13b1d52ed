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
            var matrix = StoredMatrix.Create(RandomWeights.Tensor(format, Rows, Columns));
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
                var matrix = StoredMatrix.Create(RandomWeights.Tensor(format, rows, columns));
                var x = new float[Count * columns];
                var y = new float[Count * rows];
                var seconds = Machine.BestCpuSeconds(() => matrix.MultiplyMatrix(x, y, Count, 0, rows), budget: 1);
                var flops = 2.0 * Count * columns * rows / seconds;
                Console.WriteLine($"matrix {format,-6} {Count} x {columns} x {rows}: {flops / 1e9,6:0.0} GFLOP/s  {flops / peak:P0} of peak");
            }
        }
    }
}
