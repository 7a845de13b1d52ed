using Accel.Compiler.Quantization.Arithmetic;

namespace Accel.Compiler.Tests.Quantization;

public sealed class ArithmeticTests
{
    [Theory]
    [InlineData(5, 1, 3)]
    [InlineData(-5, 1, -2)]
    [InlineData(6, 2, 2)]
    [InlineData(-6, 2, -1)]
    [InlineData(-7, 2, -2)]
    [InlineData(7, 0, 7)]
    [InlineData(7, -3, 56)]
    [InlineData(1L << 62, 62, 1)]
    [InlineData(1L << 61, 62, 1)]
    [InlineData(1L << 62, 63, 0)]
    public void Shift_rounds_halves_towards_plus_infinity(long p, int s, long expected) => Assert.Equal(expected, FixedPoint.Shift(p, s));

    [Fact]
    public void Shift_is_the_floor_of_the_quotient_plus_a_half()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var (p, s) = (random.NextInt64(-(1L << 50), 1L << 50), random.Next(1, 50));
            Assert.Equal((long)Math.Floor((p / (decimal)(1L << s)) + 0.5m), FixedPoint.Shift(p, s));
        }
    }

    [Fact]
    public void Saturation_is_symmetric()
    {
        Assert.Equal(32767, FixedPoint.Saturate(1 << 20, 32767));
        Assert.Equal(-32767, FixedPoint.Saturate(-32768, 32767));
        Assert.Equal(-int.MaxValue, FixedPoint.Saturate32(int.MinValue));
    }

    [Fact]
    public void Reciprocal_is_within_two_units()
    {
        for (var m = 1 << 23; m < 1 << 24; m += 97)
        {
            Assert.InRange(Reciprocal.Of(m) - (Math.ScaleB(1, 47) / m), -2, 2);
        }
    }

    [Fact]
    public void Reciprocal_square_root_is_within_four_units()
    {
        for (var m = 1 << 22; m < 1 << 24; m += 97)
        {
            Assert.InRange(ReciprocalSquareRoot.Of(m) - (Math.ScaleB(1, 35) / Math.Sqrt(m)), -4, 4);
        }
    }

    [Fact]
    public void Normalising_for_a_root_keeps_an_even_exponent()
    {
        var random = new Random(2);
        for (var i = 0; i < 10_000; i++)
        {
            var p = random.NextInt64(1, 1L << random.Next(1, 63));
            var (m, k) = ReciprocalSquareRoot.Normalise(p);
            Assert.InRange(m, 1 << 22, (1 << 24) - 1);
            Assert.InRange(Math.ScaleB(m, 2 * k) / p, 1 - Math.ScaleB(1, -22), 1);
        }
    }

    [Fact]
    public void Powers_of_two_are_exact_at_whole_exponents_and_within_a_millionth_between()
    {
        for (var d = 0L; d < 20 << 24; d += 12_345)
        {
            var exact = Math.Pow(2, -Math.ScaleB(d, -24));
            Assert.InRange(Math.ScaleB(Exp2.Negative(d, 24), -30) - exact, -Math.ScaleB(1, -30), (1e-6 * exact) + Math.ScaleB(1, -30));
        }

        Assert.Equal(1 << 29, Exp2.Negative(1 << 16, 16));
        Assert.Equal(1 << 14, Exp2.Negative(0, 16, 14));
        Assert.Equal(0, Exp2.Negative(40L << 16, 16));
        Assert.Equal(0, Exp2.Negative(uint.MaxValue, 16, 14));
    }

    [Fact]
    public void One_minus_a_square_keeps_its_relative_precision_near_one()
    {
        for (var distance = 1000L; distance < 1 << 26; distance += (distance / 50) + 1)
        {
            var v = (1 << 30) - Exp2.Negative(2 * distance, 24);
            var exact = Math.Sqrt(-double.ExpM1(-2 * Math.ScaleB(distance, -24) * Math.Log(2)));
            Assert.InRange(Math.ScaleB(SquareRoot.Of(v), -30) / exact, 1 - 2e-3, 1 + 2e-3);
        }
    }

    [Fact]
    public void Square_root_is_within_a_hundred_thousandth()
    {
        for (var v = 1 << 10; v < 1 << 30; v += 54_321)
        {
            Assert.InRange(Math.ScaleB(SquareRoot.Of(v), -30) / Math.Sqrt(Math.ScaleB(v, -30)), 1 - 1.5e-5, 1 + 1.5e-5);
        }

        Assert.Equal(0, SquareRoot.Of(0));
        Assert.InRange(SquareRoot.Of(1 << 30), (1 << 30) - 2, 1 << 30);
    }

    [Fact]
    public void A_table_is_exact_at_its_samples_straight_between_and_flat_beyond()
    {
        var table = LookupTable.Sample(x => x * x, inputFraction: 4, low: -64, span: 128, segments: 8, fraction: 8);
        Assert.Equal(8, table.Segments);
        Assert.Equal(4, table.SegmentShift);
        Assert.Equal(16 << 8, table[-64]);
        Assert.Equal(9 << 8, table[-48]);
        Assert.Equal((16 + 9) << 7, table[-56]);
        Assert.Equal(16 << 8, table[64]);
        Assert.Equal(16 << 8, table[int.MaxValue]);
        Assert.Equal(16 << 8, table[int.MinValue + 1]);
    }

    [Fact]
    public void A_table_has_no_more_segments_than_its_argument_has_steps() =>
        Assert.Equal(4, LookupTable.Sample(x => x, inputFraction: 0, low: -2, span: 4, segments: 512, fraction: 8).Segments);
}
