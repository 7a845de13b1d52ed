using System.Numerics;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Sim.Tests;

/// <summary>Commands that look at whole rows, against the definition in whole numbers of any size and against what they stand for.</summary>
public sealed class RowTests
{
    private const int Rows = 2;

    [Fact]
    public void Rows_become_codes_as_defined() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue),
        seed =>
        {
            var random = new Random(seed);
            var columns = random.Next(1, 40);
            var type = random.Next(2) == 0 ? LaneType.I16 : LaneType.I32;
            var x = Bench.Lanes(random, Rows * columns, 8 * type.ByteSize());
            var weights = random.Next(2) == 0 ? Bench.Lanes(random, columns, 16) : null;
            var codeType = random.Next(2) == 0 ? LaneType.I8 : LaneType.I16;
            var weight = View.Row(LaneType.I16, 8192, columns);
            var norm = random.Next(3) == 0 ? null : Norm(random, weights is null ? null : weight);
            var (mantissa, shift) = (random.Next(1, 1 << 16), random.Next(10, 40));
            var source = View.Matrix(type, 0, Rows, columns);
            var (codes, scale) = (View.Matrix(codeType, 16384, Rows, columns), View.Scalars(LaneType.I32, 24576, Rows));

            var bench = new Bench().Put(source, x).Put(weight, weights ?? []).Run(new QuantizeRows(source, codes, scale, norm, mantissa, shift));

            var expected = Enumerable.Range(0, Rows)
                .Select(row => Coded(x.AsSpan(row * columns, columns), norm, weights, codeType == LaneType.I8 ? 8 : 16, mantissa, shift)).ToList();
            Assert.Equal(expected.SelectMany(row => row.Codes), bench.Get(codes).Select(code => (BigInteger)code));
            Assert.Equal(expected.Select(row => row.Scale), bench.Get(scale).Select(one => (BigInteger)one));
        },
        runs: 400);

    [Theory]
    [InlineData(LaneType.I8, 127)]
    [InlineData(LaneType.I16, 32767)]
    public void Codes_are_the_row_divided_by_its_maximum(LaneType type, int limit)
    {
        var random = new Random(3);
        long[] x = [.. Enumerable.Range(0, 100).Select(_ => random.NextInt64(-2_000_000, 2_000_000))];
        var (source, codes, scale) = (View.Row(LaneType.I32, 0, 100), View.Row(type, 1024, 100), View.Scalars(LaneType.I32, 4096, 1));

        var bench = new Bench().Put(source, x).Run(new QuantizeRows(source, codes, scale, null, 1, 0));

        var greatest = x.Max(Math.Abs);
        Assert.Equal([greatest], bench.Get(scale));
        Assert.All(bench.Get(codes).Zip(x), pair => Assert.InRange(pair.First - (pair.Second * (double)limit / greatest), -0.51, 0.51));
    }

    [Fact]
    public void Zero_row_has_zero_codes_and_scale()
    {
        var (source, codes, scale) = (View.Row(LaneType.I16, 0, 9), View.Row(LaneType.I8, 1024, 9), View.Scalars(LaneType.U16, 4096, 1));
        var norm = new NormConstants(1 << 20, 10, 20, null);

        var bench = new Bench().Run(new QuantizeRows(source, codes, scale, norm, 1 << 15, 3));

        Assert.All(bench.Get(codes).Concat(bench.Get(scale)), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Norm_divides_by_the_root_mean_square()
    {
        var random = new Random(4);
        const int Columns = 64;
        long[] x = [.. Enumerable.Range(0, Columns).Select(_ => random.NextInt64(-30_000, 30_000))];
        long[] weights = [.. Enumerable.Range(0, Columns).Select(_ => random.NextInt64(-16_000, 16_000))];
        var (source, weight, to) = (View.Row(LaneType.I16, 0, Columns), View.Row(LaneType.I16, 1024, Columns), View.Row(LaneType.I32, 4096, Columns));

        // Units have 24 fraction bits and lie below 1: x / root of the sum of squares.
        var y = new Bench().Put(source, x).Put(weight, weights).Run(new NormalizeRows(source, to, new(0, 0, 30, weight), 10, int.MaxValue)).Get(to);

        var root = Math.Sqrt(x.Sum(each => (double)each * each));
        Assert.All(Enumerable.Range(0, Columns), i => Assert.InRange(y[i] - (x[i] / root * Math.Pow(2, 24) * weights[i] / 1024), -200, 200));
    }

    [Fact]
    public void Normalized_rows_follow_their_definition() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue),
        seed =>
        {
            var random = new Random(seed);
            var columns = random.Next(1, 30);
            var x = Bench.Lanes(random, Rows * columns, 24);
            var weights = Bench.Lanes(random, columns, 16);
            var (source, weight, to) = (View.Matrix(LaneType.I32, 0, Rows, columns), View.Row(LaneType.I16, 8192, columns), View.Matrix(LaneType.I16, 16384, Rows, columns));
            var norm = Norm(random, weight);
            var y = new Bench().Put(source, x).Put(weight, weights).Run(new NormalizeRows(source, to, norm, 20, 32767)).Get(to);
            for (var row = 0; row < Rows; row++)
            {
                var (scaled, root, k) = Normalized(x.AsSpan(row * columns, columns), norm);
                for (var i = 0; i < columns; i++)
                {
                    var unit = Bench.Shift(scaled[i] * root, 11 + k);
                    Assert.Equal(Bench.Saturate(Bench.Shift(unit * weights[i], 20), 32767), y[(row * columns) + i]);
                }
            }
        },
        runs: 200);

    [Theory]
    [InlineData(ReduceFunction.Sum, 4, 14)]
    [InlineData(ReduceFunction.SumOfSquares, 74, 84)]
    [InlineData(ReduceFunction.Maximum, 5, 10)]
    [InlineData(ReduceFunction.AbsoluteMaximum, 6, 10)]
    public void Rows_reduce_to_one_number(ReduceFunction function, long alone, long withTen)
    {
        var (source, to) = (View.Matrix(LaneType.I16, 0, 1, 4), View.Scalars(LaneType.I64, 512, 1));
        long[] row = [-6, 5, 2, 3];

        Assert.Equal([alone], new Bench().Put(source, row).Run(new Reduce(function, source, to, false)).Get(to));
        Assert.Equal([withTen], new Bench().Put(source, row).Put(to, 10).Run(new Reduce(function, source, to, true)).Get(to));
    }

    [Theory]
    [InlineData(CodeFormat.Ternary)]
    [InlineData(CodeFormat.Int3)]
    [InlineData(CodeFormat.Int4)]
    [InlineData(CodeFormat.Int8)]
    [InlineData(CodeFormat.Int16)]
    public void Codes_become_lanes_by_their_mantissas(CodeFormat format)
    {
        var random = new Random(6);
        const int Columns = 21;
        const int Group = 8;
        var codes = Codes.Draw(random, format, Rows * Columns);
        long[] mantissas = [.. Enumerable.Range(0, Rows * 3).Select(_ => random.NextInt64(0, 65536))];
        var to = View.Matrix(LaneType.I32, 16384, Rows, Columns);
        var stride = format.RowBytes(Columns) + 3;
        var y = new Bench()
            .PutBytes(0, Codes.Pack(format, codes.AsSpan(0, Columns))).PutBytes((int)stride, Codes.Pack(format, codes.AsSpan(Columns)))
            .Put(View.Matrix(LaneType.U16, 8192, Rows, 3), mantissas)
            .Run(new Dequantize(new(format, 0, stride), new(8192, 6, Group), to, 5, 1 << 20)).Get(to);

        for (var i = 0; i < y.Length; i++)
        {
            var mantissa = mantissas[(i / Columns * 3) + (i % Columns / Group)];
            Assert.Equal(Bench.Saturate(Bench.Shift((BigInteger)codes[i] * mantissa, 5), 1 << 20), y[i]);
        }
    }

    /// <summary>Epsilons from nothing to all of the sum; at the greatest headroom the shift is -31 at least.</summary>
    private static NormConstants Norm(Random random, View? weight)
    {
        var shift = random.Next(-31, 60);
        return new(random.Next(1 << 30), shift, Math.Min(30, (shift + 31) / 2), weight);
    }

    private static (BigInteger[] Codes, BigInteger Scale) Coded(
        ReadOnlySpan<long> x, NormConstants? norm, long[]? weights, int codeBits, int mantissa, int shift)
    {
        var z = x.ToArray().Select(each => (BigInteger)each).ToArray();
        var limit = (1 << (codeBits - 1)) - 1;
        var extra = codeBits == 8 ? 0 : 8;
        BigInteger ratio;
        if (norm is null)
        {
            ratio = z.Max(BigInteger.Abs);
        }
        else
        {
            (z, var root, var k) = Normalized(x, norm);
            z = [.. z.Select((each, i) => norm.Weight is null ? each : Bench.Shift(each * weights![i], 15))];
            var most = z.Max(BigInteger.Abs);
            ratio = most == 0 ? 0 : Bench.Saturate32(Bench.Shift((most << Headroom(most)) * root, Headroom(most) + k + 5));
        }

        var greatest = z.Max(BigInteger.Abs);
        var scale = Bench.Saturate32(Bench.Shift(ratio * mantissa, shift));
        if (greatest == 0)
        {
            return ([.. z.Select(_ => BigInteger.Zero)], scale);
        }

        var h = Headroom(greatest);
        var factor = Bench.Shift(Reciprocal((greatest << h) >> 7) * limit, extra);
        return ([.. z.Select(each => Bench.Saturate(Bench.Shift(each * factor, 54 - h - extra), limit))], scale);
    }

    private static (BigInteger[] Scaled, BigInteger Root, int K) Normalized(ReadOnlySpan<long> x, NormConstants norm)
    {
        var row = x.ToArray();
        var e = Math.Min(Headroom(BigInteger.Max(1, row.Max(Math.Abs))), norm.GreatestHeadroom);
        BigInteger[] scaled = [.. row.Select(each => Bench.Shift(each, 11 - e))];
        var epsilon = Bench.Shift(norm.EpsilonMantissa, norm.EpsilonShift - (2 * e));
        var sum = BigInteger.Max(1, scaled.Aggregate(BigInteger.Zero, (total, each) => total + (each * each)) + epsilon);
        var k = (int)Math.Floor(((int)sum.GetBitLength() - 23) / 2.0);
        var m = k >= 0 ? sum >> (2 * k) : sum << (-2 * k);
        return (scaled, Root(m), k);
    }

    private static int Headroom(BigInteger positive) => 31 - (int)positive.GetBitLength();

    /// <summary>Newton's steps from a seed found with floating point: far from ties.</summary>
    private static BigInteger Reciprocal(BigInteger m)
    {
        var y = (BigInteger)Math.Round(Math.Pow(2, 47) / ((((int)m >> 16) + 0.5) * 65536));
        for (var step = 0; step < 2; step++)
        {
            y = Bench.Shift(y * Bench.Shift((BigInteger.One << 48) - (m * y), 23), 24);
        }

        return y;
    }

    private static BigInteger Root(BigInteger m)
    {
        var y = (BigInteger)Math.Round(Math.Pow(2, 35) / Math.Sqrt((((int)m >> 16) + 0.5) * 65536));
        for (var step = 0; step < 2; step++)
        {
            y = Bench.Shift(y * Bench.Shift((3 * (BigInteger.One << 46)) - (m * Bench.Shift(y * y, 24)), 23), 24);
        }

        return y;
    }
}
