using System.Numerics;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Sim.Tests;

/// <summary>The array and its read-out, against sums of whole numbers of any size.</summary>
public sealed class ArrayTests
{
    [Fact]
    public void Products_are_exact_in_every_format_layout_and_grouping() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue),
        seed =>
        {
            var random = new Random(seed);
            var (m, n, k) = (random.Next(1, 5), random.Next(1, 40), random.Next(1, random.Next(2) == 0 ? 40 : 700));
            var format = (CodeFormat)random.Next(5);
            var layout = (MatrixLayout)random.Next(2);
            var activationType = random.Next(2) == 0 ? LaneType.I8 : LaneType.I16;
            var group = random.Next(3) == 0 ? 0 : random.Next(1, k + 10);
            var activations = Codes.Draw(random, activationType == LaneType.I8 ? CodeFormat.Int8 : CodeFormat.Int16, m * k);
            // While it fits the scratchpad of the bench.
            if (n * (long)k * format.Bits() / 8 > 40_000)
            {
                n = 1;
            }

            var weights = Codes.Draw(random, format, n * k);
            var groups = group == 0 ? 1 : (k + group - 1) / group;
            long[] mantissas = [.. Enumerable.Range(0, n * groups).Select(_ => random.Next(4) == 0 ? 65535 : random.NextInt64(65536))];
            var (rows, columns) = layout == MatrixLayout.OutputMajor ? (n, k) : (k, n);
            var stride = format.RowBytes(columns) + random.Next(3);

            var bench = new Bench();
            var codes = View.Matrix(activationType, 0, m, k);
            bench.Put(codes, activations);
            for (var row = 0; row < rows; row++)
            {
                long[] line = [.. Enumerable.Range(0, columns).Select(c => layout == MatrixLayout.OutputMajor ? weights[(row * k) + c] : weights[(c * k) + row])];
                bench.PutBytes(8192 + (int)(row * stride), Codes.Pack(format, line));
            }

            bench.Put(View.Matrix(LaneType.U16, 52_000, n, groups), mantissas);
            var to = View.Matrix(LaneType.I64, 60_000, m, n);
            var product = new MatMul(
                codes, new(format, 8192, stride) { Layout = layout }, n, group == 0 ? null : new(52_000, 2 * groups, group), 3, n + 2, false)
            {
                Array = random.Next(2), Dataflow = (Dataflow)random.Next(2), Fold = 1 << random.Next(6),
            };
            var twice = random.Next(2) == 0;
            Command[] drain = [new Drain(3, n + 2, to, null, null, 0, 0, 0) { Array = product.Array }];
            Command[] again = twice ? [product with { Accumulate = true }] : [];
            var sums = bench.Run([product, .. again, .. drain]).Get(to);

            for (var i = 0; i < m * n; i++)
            {
                var (row, output) = (i / n, i % n);
                var expected = BigInteger.Zero;
                for (var input = 0; input < k; input++)
                {
                    var mantissa = group == 0 ? 1 : mantissas[(output * groups) + (input / group)];
                    expected += (BigInteger)activations[(row * k) + input] * weights[(output * k) + input] * mantissa;
                }

                Assert.Equal(twice ? 2 * expected : expected, sums[i]);
            }
        },
        runs: 300);

    [Fact]
    public void Extreme_codes_do_not_overflow_a_partial_sum()
    {
        // 4096 products of -2^15 and -2^7, all of one sign: far beyond 32 bits.
        const int K = 4096;
        var codes = View.Matrix(LaneType.I16, 0, 1, K);
        var to = View.Matrix(LaneType.I64, 60_000, 1, 2);
        foreach (var layout in Enum.GetValues<MatrixLayout>())
        {
            var bench = new Bench().Put(codes, [.. Enumerable.Repeat(-32768L, K)]).PutBytes(10_000, [.. Enumerable.Repeat((byte)0x80, 2 * K)]);
            var weights = new CodeMatrix(CodeFormat.Int8, 10_000, layout == MatrixLayout.OutputMajor ? K : 2) { Layout = layout };

            Assert.Equal(
                [(long)K << 22, (long)K << 22],
                bench.Run(new MatMul(codes, weights, 2, null, 0, 2, false), new Drain(0, 2, to, null, null, 0, 0, 0)).Get(to));
        }
    }

    [Fact]
    public void Tiles_of_the_depth_give_the_sum_of_the_whole()
    {
        var random = new Random(8);
        const int K = 96;
        var activations = Codes.Draw(random, CodeFormat.Int8, K);
        var weights = Codes.Draw(random, CodeFormat.Int4, K);
        long[] mantissas = [300, 65535, 7];
        var to = View.Matrix(LaneType.I64, 60_000, 1, 1);
        Bench Filled() => new Bench().Put(View.Row(LaneType.I8, 0, K), activations).PutBytes(1024, Codes.Pack(CodeFormat.Int4, weights)).Put(View.Row(LaneType.U16, 2048, 3), mantissas);
        MatMul Part(int start, int depth, int group) => new(
            View.Row(LaneType.I8, start, depth), new(CodeFormat.Int4, 1024 + (start / 2), 48), 1, new(2048 + (start / 32 * 2), 6, group), 0, 1, start > 0);
        var drain = new Drain(0, 1, to, null, null, 0, 0, 0);

        var whole = Filled().Run(Part(0, K, 32), drain).Get(to);

        Assert.Equal(whole, Filled().Run(Part(0, 64, 32), Part(64, 32, 32), drain).Get(to));
        // Within one group a tile names its own depth.
        Assert.Equal(whole, Filled().Run(Part(0, 16, 16), Part(16, 16, 16), Part(32, 64, 32), drain).Get(to));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Read_out_scales_rounds_adds_and_saturates(bool scaled, bool biased)
    {
        var random = new Random(9);
        const int N = 6;
        var (codes, scale, bias, to) = (View.Matrix(LaneType.I16, 0, 2, 32), View.Scalars(LaneType.I32, 4096, 2), View.Row(LaneType.I32, 4200, N), View.Matrix(LaneType.I16, 8192, 2, N));
        for (var run = 0; run < 50; run++)
        {
            var (activations, weights) = (Codes.Draw(random, CodeFormat.Int16, 64), Codes.Draw(random, CodeFormat.Int8, 32 * N));
            var (scales, biases) = (Bench.Lanes(random, 2, 32).Select(Math.Abs).ToArray(), Bench.Lanes(random, N, 20));
            var (sumShift, shift) = (random.Next(-8, 12), random.Next(20, 50));
            var drain = new Drain(0, N, to, scaled ? scale : null, biased ? bias : null, sumShift, shift, 32767);
            var y = new Bench().Put(codes, activations).PutBytes(1024, Codes.Pack(CodeFormat.Int8, weights)).Put(scale, scales).Put(bias, biases)
                .Run(new MatMul(codes, new(CodeFormat.Int8, 1024, 32), N, null, 0, N, false), drain).Get(to);

            for (var i = 0; i < 2 * N; i++)
            {
                var sum = Enumerable.Range(0, 32).Aggregate(BigInteger.Zero, (total, j) => total + ((BigInteger)activations[(i / N * 32) + j] * weights[(i % N * 32) + j]));
                var value = Bench.Shift(sum, sumShift);
                value = scaled ? Bench.Shift(Bench.Saturate32(value) * scales[i / N], shift) : value;
                Assert.Equal(Bench.Saturate(value + (biased ? biases[i % N] : 0), 32767), y[i]);
            }
        }
    }
}
