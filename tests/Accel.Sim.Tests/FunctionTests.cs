using System.Numerics;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Tests;

/// <summary>Functions of one number: bit for bit as the instruction set defines them, and close to what they stand for.</summary>
public sealed class FunctionTests
{
    [Fact]
    public void Reciprocals_follow_newton_from_their_seed()
    {
        foreach (var (m, y) in Evaluate(UnaryFunction.Reciprocal, Arguments(1 << 23, (1 << 24) - 1)))
        {
            // round(2^47 / ((i + 0.5) 2^16)) with i the leading bits: halves do not occur.
            var i = m >> 16;
            var expected = Nearest(BigInteger.One << 48, ((2 * i) + 1) << 16);
            for (var step = 0; step < 2; step++)
            {
                expected = Bench.Shift(expected * Bench.Shift((BigInteger.One << 48) - (m * expected), 23), 24);
            }

            Assert.Equal(expected, y);
            Assert.InRange(y - Math.Pow(2, 47) / (long)m, -2, 2);
        }
    }

    [Fact]
    public void Reciprocal_roots_follow_newton_from_their_seed()
    {
        foreach (var (m, y) in Evaluate(UnaryFunction.ReciprocalSquareRoot, Arguments(1 << 22, (1 << 24) - 1)))
        {
            // round(2^35 / sqrt((i + 0.5) 2^16)): the greatest r with (r - 1/2)^2 (2 i + 1) <= 2^55.
            var i = m >> 16;
            var expected = Largest(r => ((2 * r) - 1) * ((2 * r) - 1) * ((2 * i) + 1) <= BigInteger.One << 57, 1L << 30);
            for (var step = 0; step < 2; step++)
            {
                expected = Bench.Shift(expected * Bench.Shift(3 * (BigInteger.One << 46) - (m * Bench.Shift(expected * expected, 24)), 23), 24);
            }

            Assert.Equal(expected, y);
            Assert.InRange(y - Math.Pow(2, 35) / Math.Sqrt((long)m), -5, 5);
        }
    }

    [Fact]
    public void Square_roots_interpolate_between_samples()
    {
        BigInteger S(BigInteger i) => Largest(r => ((2 * r) - 1) * ((2 * r) - 1) <= i << 54, 1L << 31);

        foreach (var (argument, y) in Evaluate(UnaryFunction.SquareRoot, Arguments(0, 1 << 30).Concat([0, 1, 2, 3, (1 << 30) - 1, 1 << 30])))
        {
            if (argument == 0)
            {
                Assert.Equal(0, y);
                continue;
            }

            var v = BigInteger.Min(argument, (1 << 30) - 1);
            var z = 0;
            while (v << (z + 2) < BigInteger.One << 30)
            {
                z += 2;
            }

            var m = v << z;
            var i = m >> 22;
            Assert.Equal(Bench.Shift(S(i) + Bench.Shift((S(i + 1) - S(i)) * (m % (1 << 22)), 22), z / 2), y);
            // A straight line over 1/256 of the argument misses a root by at most 1/8 of the square of 1/64 of it.
            Assert.InRange(y / (Math.Sqrt((double)argument) * Math.Pow(2, 15)), 1 - 4e-5, 1 + 4e-5 + (1 / Math.Sqrt((double)argument)));
        }
    }

    [Theory]
    [InlineData(8, 30)]
    [InlineData(16, 14)]
    [InlineData(24, 30)]
    [InlineData(30, 0)]
    public void Powers_of_two_shift_and_interpolate(int fraction, int resultFraction)
    {
        var random = new Random(1);
        var arguments = Enumerable.Range(0, 400).Select(_ => random.NextInt64(34L << fraction)).Concat([0, 31L << fraction, (32L << fraction) - 1, 32L << fraction, long.MaxValue]).ToArray();
        var (from, to) = (View.Scalars(LaneType.I64, 0, arguments.Length), View.Scalars(LaneType.I32, 16384, arguments.Length));
        var results = new Bench().Put(from, arguments)
            .Run(new Apply(UnaryFunction.Exp2Negative, from, to) { ArgumentFraction = fraction, ResultFraction = resultFraction }).Get(to);

        for (var i = 0; i < arguments.Length; i++)
        {
            var (x, n) = (arguments[i], arguments[i] >> fraction);
            BigInteger X(long index) => (BigInteger)Math.Round(Math.Pow(2, 30 - (index / 256.0)));
            var low = x & ((1L << fraction) - 1);
            var (index, rest) = (low >> (fraction - 8), low & ((1L << (fraction - 8)) - 1));
            var v = X(index) - Bench.Shift((X(index) - X(index + 1)) * rest, fraction - 8);
            Assert.Equal(n > 31 ? 0 : Bench.Shift(v, (int)n + 30 - resultFraction), results[i]);
            Assert.InRange(results[i] - Math.Pow(2, resultFraction - (x * Math.Pow(2, -fraction))), -1e-6 * Math.Pow(2, resultFraction) - 0.51, 1e-6 * Math.Pow(2, resultFraction) + 0.51);
        }
    }

    [Theory]
    [InlineData(1, 30, 1)]
    [InlineData(2, 29, 2)]
    [InlineData(3, 29, 2)]
    [InlineData(1 << 30, 0, 31)]
    [InlineData(int.MaxValue, 0, 31)]
    public void Headroom_and_bit_length_count_leading_bits(long value, long headroom, long bits)
    {
        Assert.Equal(headroom, Evaluate(UnaryFunction.Headroom, [value]).Single().Result);
        Assert.Equal(bits, Evaluate(UnaryFunction.BitLength, [value]).Single().Result);
    }

    [Theory]
    [InlineData(UnaryFunction.Reciprocal, (1 << 23) - 1)]
    [InlineData(UnaryFunction.Reciprocal, 1 << 24)]
    [InlineData(UnaryFunction.ReciprocalSquareRoot, (1 << 22) - 1)]
    [InlineData(UnaryFunction.ReciprocalSquareRoot, 1 << 24)]
    [InlineData(UnaryFunction.SquareRoot, -1)]
    [InlineData(UnaryFunction.SquareRoot, (1 << 30) + 1)]
    [InlineData(UnaryFunction.Exp2Negative, -1)]
    [InlineData(UnaryFunction.Headroom, 0)]
    [InlineData(UnaryFunction.Headroom, 1L << 31)]
    [InlineData(UnaryFunction.BitLength, 0)]
    public void Arguments_outside_of_the_domain_are_faults(UnaryFunction function, long argument)
    {
        var fault = Assert.Throws<MachineFaultException>(() => Evaluate(function, [argument]).ToList());

        Assert.Equal(FaultKind.BadOperand, fault.Kind);
        Assert.Contains($" of {argument}", fault.Message);
    }

    private static IEnumerable<(BigInteger Argument, long Result)> Evaluate(UnaryFunction function, IEnumerable<long> arguments)
    {
        var values = arguments.ToArray();
        var (from, to) = (View.Scalars(LaneType.I64, 0, values.Length), View.Scalars(LaneType.I32, 32768, values.Length));
        var fraction = function == UnaryFunction.Exp2Negative ? 16 : 0;
        var results = new Bench().Put(from, values).Run(new Apply(function, from, to) { ArgumentFraction = fraction }).Get(to);
        return values.Zip(results, (argument, result) => ((BigInteger)argument, result));
    }

    /// <summary>Every leading byte, both ends, and random ones between.</summary>
    private static IEnumerable<long> Arguments(long least, long greatest)
    {
        var random = new Random(5);
        return Enumerable.Range(0, 900).Select(_ => random.NextInt64(least, greatest + 1)).Concat([least, greatest])
            .Concat(Enumerable.Range(0, 256).Select(i => least + (i * ((greatest - least) / 256))));
    }

    private static BigInteger Nearest(BigInteger dividend, BigInteger divisor) => ((2 * dividend) + divisor) / (2 * divisor);

    private static BigInteger Largest(Func<BigInteger, bool> holds, long bound)
    {
        BigInteger low = 0;
        BigInteger high = bound;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = holds(middle) ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
