using System.Numerics;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Arithmetic;
using Accel.Compiler.Quantization.Calibration;
using Accel.Compiler.Quantization.Execution;
using Accel.Core.Diagnostics;
using Accel.Runtime;

namespace Accel.Compiler.Tests.Quantization;

public sealed class SamplingTests
{
    private const int Draws = 40_000;
    private const int Fraction = 20;

    private static readonly QuantizedSampling _sampling = new(30, Fraction - 4);

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.8)]
    [InlineData(1)]
    [InlineData(2.5)]
    public void Draws_follow_the_softmax_of_the_real_logits(double temperature)
    {
        var logits = Logits(seed: 5);
        var counts = Count(logits, temperature, seed: 1);
        Assert.InRange(ChiSquare(counts, Softmax(logits, temperature), out var bins), 0, Critical(bins - 1));

        // The same test tells a temperature apart that is 5 % off, so it can fail.
        Assert.True(ChiSquare(counts, Softmax(logits, 1.05 * temperature), out bins) > Critical(bins - 1));
    }

    [Fact]
    public void Successive_draws_are_independent()
    {
        // Four tokens of equal weight: pairs and triples of draws, at several distances, fill their cells evenly.
        int[] logits = [7, 7, 7, 7];
        var sampler = new IntegerSampler(new QuantizedSampling(4, Fraction - 4), SamplingSettings.Of(1, 3));
        var drawn = Enumerable.Range(0, Draws).Select(_ => sampler.Sample(logits)).ToArray();
        foreach (var (first, second) in new[] { (1, 2), (1, 3), (2, 5), (7, 64) })
        {
            var counts = new int[64];
            for (var i = second; i < drawn.Length; i++)
            {
                counts[(drawn[i] * 16) + (drawn[i - first] * 4) + drawn[i - second]]++;
            }

            Assert.InRange(ChiSquare(counts, [.. Enumerable.Repeat(1 / 64.0, 64)], out var bins), 0, Critical(bins - 1));
        }
    }

    [Fact]
    public void The_first_draws_of_neighbouring_seeds_are_spread_evenly()
    {
        int[] logits = [.. Enumerable.Repeat(0, 30)];
        var counts = new int[30];
        for (var seed = 0UL; seed < Draws; seed++)
        {
            counts[new IntegerSampler(_sampling, SamplingSettings.Of(1, seed)).Sample(logits)]++;
        }

        Assert.InRange(ChiSquare(counts, [.. Enumerable.Repeat(1 / 30.0, 30)], out var bins), 0, Critical(bins - 1));
    }

    /// <summary>The step is a matrix over GF(2); its order is <c>2^64 - 1</c> when no proper divisor's power is the identity.</summary>
    [Fact]
    public void The_register_has_full_period()
    {
        ulong[] factors = [3, 5, 17, 257, 641, 65_537, 6_700_417];
        Assert.Equal(UInt128.One << 64, factors.Aggregate(UInt128.One, (a, b) => a * b) + 1);
        Assert.True(IsIdentity(Power(ulong.MaxValue)));
        Assert.All(factors, factor => Assert.False(IsIdentity(Power(ulong.MaxValue / factor))));
    }

    [Fact]
    public void Same_settings_give_the_same_tokens_and_other_seeds_others()
    {
        var logits = Logits(seed: 6);
        int[] Draw(ulong seed)
        {
            var sampler = new IntegerSampler(_sampling, SamplingSettings.Of(1.5, seed));
            return [.. Enumerable.Range(0, 64).Select(_ => sampler.Sample(logits))];
        }

        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
        var again = new IntegerSampler(_sampling, SamplingSettings.Of(1.5, 1));
        again.Sample(logits);
        again.Reset();
        Assert.Equal(Draw(1)[0], again.Sample(logits));
    }

    [Fact]
    public void Greedy_takes_the_lowest_id_of_the_greatest_logit()
    {
        var sampler = new IntegerSampler(new QuantizedSampling(4, Fraction - 4), SamplingSettings.Greedy);
        Assert.Equal(1, sampler.Sample([-5, 9, 9, 3]));
        Assert.Equal(0, sampler.Sample([-int.MaxValue, -int.MaxValue, -int.MaxValue, -int.MaxValue]));
        Assert.Equal(3, sampler.Sample([1, 2, 3, int.MaxValue]));
    }

    [Fact]
    public void Padding_behind_the_candidates_is_never_drawn()
    {
        var sampler = new IntegerSampler(new QuantizedSampling(2, Fraction - 4), SamplingSettings.Of(5000, 1));
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.InRange(sampler.Sample([0, 0, int.MaxValue]), 0, 1));
    }

    [Theory]
    [InlineData(-14)]
    [InlineData(0)]
    [InlineData(40)]
    public void Extreme_logits_and_draws_stay_in_range(int shift)
    {
        int[] logits = [-int.MaxValue, int.MaxValue, 0, int.MaxValue, -int.MaxValue];
        foreach (var inverse in new ushort[] { 1, 4096, ushort.MaxValue })
        {
            foreach (var state in new ulong[] { 0, 1, ulong.MaxValue, 0xFFFF_FF00_0000_0000 })
            {
                var token = new IntegerSampler(new QuantizedSampling(5, shift), new SamplingSettings(inverse, state)).Sample(logits);
                Assert.InRange(token, 0, 4);
                Assert.True(shift == 40 || token is 1 or 3);
            }
        }

        // The least draw takes the first candidate that has any weight, the greatest the last.
        Assert.Equal(1, new IntegerSampler(new QuantizedSampling(5, 0), new SamplingSettings(4096, 1)).Sample(logits));
        Assert.Equal(3, new IntegerSampler(new QuantizedSampling(5, 0), new SamplingSettings(4096, ulong.MaxValue)).Sample(logits));
    }

    [Fact]
    public void The_most_candidates_of_equal_weight_do_not_overflow()
    {
        var logits = new int[QuantizedSampling.MostCandidates];
        var sampler = new IntegerSampler(new QuantizedSampling(logits.Length, 16), new SamplingSettings(4096, ulong.MaxValue));
        Assert.Equal(logits.Length - 1, sampler.Sample(logits));
    }

    [Theory]
    [InlineData(0.09)]
    [InlineData(-1)]
    [InlineData(1e5)]
    [InlineData(double.NaN)]
    public void A_temperature_that_16_bits_cannot_hold_is_refused(double temperature) =>
        Assert.Throws<InputException>(() => SamplingSettings.Of(temperature, 1));

    [Fact]
    public void A_generated_text_is_what_its_own_logits_say()
    {
        var model = new RandomModel(11);
        var text = model.Tokens(24);
        var collector = new CalibrationCollector(model.Graph);
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(24)) { Observer = collector.Observe };
        session.Forward(text, new float[24 * session.VocabularySize]);
        var graph = Quantizer.Quantize(model.Graph, model.Weights, collector.Build(), QuantizationOptions.Int8);
        var seen = new List<int>();
        var generator = new TokenGenerator(graph, 24) { Observer = (position, _) => seen.Add(position) };
        var settings = SamplingSettings.Of(0.8, 4);
        var drawn = generator.Continue(text.AsSpan(0, 4), 20, settings);
        Assert.Equal(drawn, generator.Continue(text.AsSpan(0, 4), 20, settings));
        Assert.Equal(Enumerable.Range(0, 23).Concat(Enumerable.Range(0, 23)), seen);
        Assert.True(drawn.Distinct().Count() > 3);

        // All at once instead of one by one: the prompt and what was drawn give logits that draw the same again.
        var whole = new Interpreter(graph, new InterpreterOptions(24, 24));
        whole.Step([.. text.AsSpan(0, 4), .. drawn.AsSpan(0, 19)]);
        var sampler = new IntegerSampler(QuantizedSampling.Of(graph), settings);
        for (var i = 0; i < drawn.Length; i++)
        {
            Assert.Equal(drawn[i], sampler.Sample(whole.Lanes(graph.Logits).Slice((i + 3) * graph.Logits.Width, graph.Logits.Width)));
        }
    }

    private static int[] Logits(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, _sampling.Candidates).Select(_ => (int)Math.ScaleB((random.NextDouble() * 5) - 1, Fraction))];
    }

    private static double[] Softmax(int[] logits, double temperature)
    {
        var weights = logits.Select(l => Math.Exp(Math.ScaleB(l, -Fraction) / temperature)).ToArray();
        return [.. weights.Select(w => w / weights.Sum())];
    }

    private static int[] Count(int[] logits, double temperature, ulong seed)
    {
        var sampler = new IntegerSampler(_sampling, SamplingSettings.Of(temperature, seed));
        var counts = new int[logits.Length];
        for (var i = 0; i < Draws; i++)
        {
            counts[sampler.Sample(logits)]++;
        }

        return counts;
    }

    /// <summary>Pearson's statistic; cells of fewer than 5 expected draws are thrown together.</summary>
    private static double ChiSquare(int[] counts, double[] probabilities, out int bins)
    {
        var total = counts.Sum();
        var cells = counts.Zip(probabilities, (count, p) => (Count: (double)count, Expected: p * total)).ToList();
        var rare = cells.Where(cell => cell.Expected < 5).ToList();
        cells.RemoveAll(cell => cell.Expected < 5);
        if (rare.Sum(cell => cell.Expected) >= 5)
        {
            cells.Add((rare.Sum(cell => cell.Count), rare.Sum(cell => cell.Expected)));
        }

        bins = cells.Count;
        return cells.Sum(cell => (cell.Count - cell.Expected) * (cell.Count - cell.Expected) / cell.Expected);
    }

    /// <summary>The 0.999 quantile of chi-square by Wilson and Hilferty's cube.</summary>
    private static double Critical(int degrees)
    {
        var spread = 2.0 / (9 * degrees);
        return degrees * Math.Pow(1 - spread + (3.0902 * Math.Sqrt(spread)), 3);
    }

    /// <summary>The register's matrix to a power, as the images of the 64 unit vectors.</summary>
    private static ulong[] Power(ulong exponent)
    {
        var result = Enumerable.Range(0, 64).Select(i => 1UL << i).ToArray();
        var square = result.Select(ShiftRegister.Next).ToArray();
        for (; exponent > 0; exponent >>= 1)
        {
            result = (exponent & 1) == 1 ? Product(square, result) : result;
            square = Product(square, square);
        }

        return result;
    }

    private static ulong[] Product(ulong[] a, ulong[] b) => [.. b.Select(vector =>
    {
        var sum = 0UL;
        for (; vector != 0; vector &= vector - 1)
        {
            sum ^= a[BitOperations.TrailingZeroCount(vector)];
        }

        return sum;
    })];

    private static bool IsIdentity(ulong[] matrix) => matrix.Select((image, i) => image == 1UL << i).All(same => same);
}
