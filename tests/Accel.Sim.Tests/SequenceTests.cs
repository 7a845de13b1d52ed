using System.Numerics;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Sim.Tests;

/// <summary>Rotation, convolution and recurrences, token by token in whole numbers of any size.</summary>
public sealed class SequenceTests
{
    [Fact]
    public void Rotation_turns_pairs_and_copies_the_rest() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue),
        seed =>
        {
            var random = new Random(seed);
            var (tokens, heads, pairs) = (random.Next(1, 4), random.Next(1, 4), random.Next(1, 5));
            var width = (2 * pairs) + random.Next(3);
            var layout = (RotationLayout)random.Next(2);
            var x = Bench.Lanes(random, tokens * heads * width, 16);
            var (c, s) = (Bench.Lanes(random, tokens * pairs, 16), Bench.Lanes(random, tokens * pairs, 16));
            var (view, cosines, sines) = (View.Matrix(LaneType.I16, 0, tokens, heads * width), View.Matrix(LaneType.I16, 4096, tokens, pairs), View.Matrix(LaneType.I16, 8192, tokens, pairs));
            var y = new Bench().Put(view, x).Put(cosines, c).Put(sines, s).Run(new Rotate(view, view, cosines, sines, width, pairs, layout, 14, 32767)).Get(view);

            for (var i = 0; i < x.Length; i++)
            {
                var (token, head, lane) = (i / (heads * width), i % (heads * width) / width, i % width);
                var (pair, isSecond) = layout == RotationLayout.Half ? (lane % pairs, lane >= pairs) : (lane / 2, lane % 2 == 1);
                if (lane >= 2 * pairs)
                {
                    Assert.Equal(x[i], y[i]);
                    continue;
                }

                var start = (token * heads * width) + (head * width);
                var (x0, x1) = layout == RotationLayout.Half ? (x[start + pair], x[start + pair + pairs]) : (x[start + (2 * pair)], x[start + (2 * pair) + 1]);
                var (cosine, sine) = ((BigInteger)c[(token * pairs) + pair], (BigInteger)s[(token * pairs) + pair]);
                Assert.Equal(Bench.Saturate(Bench.Shift(isSecond ? (x1 * cosine) + (x0 * sine) : (x0 * cosine) - (x1 * sine), 14), 32767), y[i]);
            }
        },
        runs: 200);

    [Fact]
    public void Convolution_meets_the_current_token_with_its_last_tap() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue),
        seed =>
        {
            var random = new Random(seed);
            var (tokens, channels, k) = (random.Next(1, 6), random.Next(1, 7), random.Next(1, 5));
            var (x, taps, bias) = (Bench.Lanes(random, (tokens + k - 1) * channels, 16), Bench.Lanes(random, channels * k, 16), Bench.Lanes(random, channels, 16));
            var source = View.Matrix(LaneType.I16, 0, tokens + k - 1, channels);
            var (weights, biases, to) = (View.Matrix(LaneType.I16, 4096, channels, k), View.Row(LaneType.I32, 8192, channels), View.Matrix(LaneType.I16, 16384, tokens, channels));
            Operand added = random.Next(2) == 0 ? biases : 5;
            var y = new Bench().Put(source, x).Put(weights, taps).Put(biases, bias).Run(new Convolve(source, weights, added, to, k, 13, 32767)).Get(to);

            for (var i = 0; i < y.Length; i++)
            {
                var (token, channel) = (i / channels, i % channels);
                var sum = Enumerable.Range(0, k).Aggregate(BigInteger.Zero, (total, j) => total + ((BigInteger)taps[(channel * k) + j] * x[((token + j) * channels) + channel]));
                Assert.Equal(Bench.Saturate(Bench.Shift(sum, 13) + (added.View is null ? 5 : bias[channel]), 32767), y[i]);
            }
        },
        runs: 200);

    [Theory]
    [InlineData(ScanForm.Gated)]
    [InlineData(ScanForm.Added)]
    public void Recurrence_carries_its_state(ScanForm form)
    {
        var random = new Random(10);
        for (var run = 0; run < 100; run++)
        {
            var (tokens, lanes) = (random.Next(1, 6), random.Next(1, 6));
            View At(int address) => View.Matrix(LaneType.I32, address, tokens, lanes);
            var state = View.Row(LaneType.I32, 4096, lanes);
            var (a, m, g, h) = (Bench.Lanes(random, tokens * lanes, 31), Bench.Lanes(random, tokens * lanes, 31), Bench.Lanes(random, tokens * lanes, 32), Bench.Lanes(random, lanes, 32));
            Operand gate = form == ScanForm.Gated ? At(1024) : 0;
            var bench = new Bench().Put(At(0), a).Put(At(1024), m).Put(At(2048), g).Put(state, h)
                .Run(new Scan(form, At(0), gate, At(2048), state, At(8192), 30, 4, 1 << 26));

            var y = bench.Get(At(8192));
            for (var token = 0; token < tokens; token++)
            {
                for (var lane = 0; lane < lanes; lane++)
                {
                    var i = (token * lanes) + lane;
                    var kept = (BigInteger)a[i] * h[lane];
                    h[lane] = (long)Bench.Saturate32(form == ScanForm.Gated
                        ? Bench.Shift(kept + ((BigInteger)m[i] * g[i]), 30)
                        : Bench.Shift(kept, 30) + g[i]);
                    Assert.Equal(Bench.Saturate(Bench.Shift(h[lane], 4), 1 << 26), y[i]);
                }
            }

            Assert.Equal(h, bench.Get(state));
        }
    }
}
