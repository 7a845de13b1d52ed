using System.Numerics;
using Accel.Compiler.Quantization.Arithmetic;
using Accel.Rtl.Blocks;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Tests.Blocks;

/// <summary>The chip's primitives are the integer model's, at their ends and between.</summary>
public sealed class FunctionTests
{
    [Fact]
    public void A_shift_rounds_as_the_integer_model_does_for_every_number_of_places()
    {
        var random = new Random(1);
        var m = new Module("m", "shifts");
        var (p, places) = (m.InputSigned("p", 40), m.InputSigned("s", 8));
        foreach (var range in new[] { new ShiftRange(-22, 70), new ShiftRange(0, 9), new ShiftRange(-20, -3), new ShiftRange(5, 40), new ShiftRange(7, 7), new ShiftRange(-4, -4), new ShiftRange(66, 66) })
        {
            var shifted = FixedPointLogic.Shift(p, places, range);
            for (var i = 0; i < 600; i++)
            {
                var s = random.Next(range.Least, range.Greatest + 1);
                var value = (long)RandomValue(random, 40);
                var expected = FixedPoint.Shift(value, s);
                var actual = Evaluator.Evaluate(shifted.Node, signal => signal.Name == "p" ? value : s);
                Assert.True(expected == actual, $"shift({value}, {s}) in {range}: {expected}, logic {actual}");
            }
        }
    }

    [Fact]
    public void Saturation_is_symmetric()
    {
        var m = new Module("m", "saturation");
        var (p, narrow) = (m.InputSigned("p", 40), m.Input("narrow"));
        foreach (var value in new[] { 0, 1, -1, 32766, 32767, 32768, -32767, -32768, -32769, int.MaxValue, int.MaxValue + 1L, -int.MaxValue, int.MinValue, (1L << 39) - 1, -(1L << 39) })
        {
            BigInteger Of(Node node, int isNarrow) => Evaluator.Evaluate(node, signal => signal.Name == "p" ? value : isNarrow);
            Assert.Equal(FixedPoint.Saturate(value, short.MaxValue), Of(FixedPointLogic.SaturateLane(p, narrow).Node, 1));
            Assert.Equal(FixedPoint.Saturate32(value), Of(FixedPointLogic.SaturateLane(p, narrow).Node, 0));
            Assert.Equal(FixedPoint.Saturate(value, 127), Of(FixedPointLogic.Saturate(p, 8).Node, 0));
        }
    }

    [SkippableFact]
    public void The_divider_gives_reciprocals_and_reciprocal_roots_in_their_cycles()
    {
        var random = new Random(2);
        var inputs = new List<BigInteger[]>();
        var expected = new List<(int Cycle, int Value)>();
        int[] ends = [1 << 22, (1 << 22) + 1, 1 << 23, (1 << 23) + 1, (1 << 24) - 1];
        for (var i = 0; i < 700; i++)
        {
            var isRoot = i % 2 == 0;
            var mantissa = i < 2 * ends.Length ? ends[i / 2] : random.Next(1 << 22, 1 << 24);
            mantissa = isRoot ? mantissa : Math.Max(mantissa, 1 << 23);
            var cycles = isRoot ? NewtonDivider.RootCycles : NewtonDivider.ReciprocalCycles;
            for (var cycle = 0; cycle < cycles; cycle++)
            {
                inputs.Add([cycle == 0 ? 1 : 0, isRoot ? 1 : 0, mantissa]);
            }

            expected.Add((inputs.Count - 1, isRoot ? ReciprocalSquareRoot.Of(mantissa) : Reciprocal.Of(mantissa)));
        }

        var outputs = CycleBench.Run(NewtonDivider.Build(), "divider", inputs);

        Assert.Equal(expected.Count, outputs.Count(row => row[0] == 1));
        Assert.All(expected, e => Assert.Equal((BigInteger.One, e.Value), (outputs[e.Cycle][0], outputs[e.Cycle][1])));
    }

    [SkippableFact]
    public void The_exponential_and_the_root_give_a_result_per_cycle()
    {
        var random = new Random(3);
        var roms = new FunctionRoms();
        var m = new Module("functions", "Pipelines under test.");
        var (d, v, valid) = (m.Input("d", 45), m.Input("v", 31), m.Input("valid"));
        m.Output("fine", FunctionPipelines.Exp2Negative(m, roms, "fine_exp", d, valid, 30));
        m.Output("coarse", FunctionPipelines.Exp2Negative(m, roms, "coarse_exp", d, valid, 14));
        m.Output("root", FunctionPipelines.Root(m, roms, "square_root", v, valid));
        var inputs = new List<BigInteger[]>();
        long[] ends = [0, 1, (1L << 24) - 1, 1L << 24, 31L << 24, (32L << 24) - 1, 32L << 24, (1L << 45) - 1];
        int[] roots = [0, 1, 2, 3, (1 << 28) - 1, 1 << 28, (1 << 30) - 1, 1 << 30];
        for (var i = 0; i < 3000; i++)
        {
            inputs.Add([i < ends.Length ? ends[i] : random.NextInt64(1L << random.Next(20, 31)), i < roots.Length ? roots[i] : random.NextInt64(1L << random.Next(1, 31)), 1]);
        }

        var outputs = CycleBench.Run(m, "functions", inputs);

        for (var i = 0; i + FunctionPipelines.RootLatency < inputs.Count; i++)
        {
            var exponent = outputs[i + FunctionPipelines.Exp2Latency];
            Assert.Equal(Exp2.Negative((long)inputs[i][0], 24), exponent[0]);
            Assert.Equal(Exp2.Negative((long)inputs[i][0], 24, 14), exponent[1]);
            Assert.Equal(SquareRoot.Of((int)inputs[i][1]), outputs[i + FunctionPipelines.RootLatency][2]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(172)]
    public void A_product_by_a_constant_is_made_of_sums(int factor)
    {
        var x = new Module("m", "product").Input("x", 9);

        Assert.All(new[] { 0, 1, 77, 511 }, value => Assert.Equal(value * factor, Evaluator.Evaluate(ConstantProduct.Of(x, factor).Node, _ => value)));
    }

    private static BigInteger RandomValue(Random random, int width) => random.Next(5) switch
    {
        0 => (BigInteger.One << (width - 1)) - 1,
        1 => -(BigInteger.One << (width - 1)),
        2 => random.Next(-3, 4),
        _ => random.NextInt64(-(1L << (width - 1)), 1L << (width - 1)),
    };
}
