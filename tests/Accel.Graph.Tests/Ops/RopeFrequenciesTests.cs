using System.Text.Json;
using Accel.Graph.Ops;
using Accel.Tests.Shared;

namespace Accel.Graph.Tests.Ops;

public class RopeFrequenciesTests
{
    [Fact]
    public void Default_is_theta_to_minus_2i_over_r() => Near([1, 0.1, 0.01, 0.001], RopeFrequencies.Default(10_000, 8));

    [Fact]
    public void Linear_divides_by_the_factor() => Near([0.125, 0.0125], RopeFrequencies.Linear([1, 0.1], 8));

    [SkippableTheory]
    [InlineData("llama-3.1 (h=128,theta=5e5,factor=8)", 128, 8)]
    [InlineData("llama-3.2-1b (h=64,theta=5e5,factor=32)", 64, 32)]
    public void Llama3_agrees_with_the_reference(string model, long dims, double factor) =>
        Near(Numbers(Golden("rope_llama3_inv_freq").GetProperty(model)), RopeFrequencies.Llama3(RopeFrequencies.Default(5e5, dims), factor, 1, 4, 8192));

    [SkippableTheory]
    [InlineData("gpt-oss (r=64,theta=150000,factor=32,orig=4096,no truncate)", 150_000, 32, false)]
    [InlineData("deepseek-v3 (r=64,theta=1e4,factor=40,orig=4096)", 10_000, 40, true)]
    public void Yarn_agrees_with_the_reference(string model, double theta, double factor, bool truncate)
    {
        var golden = Golden("rope_yarn_inv_freq").GetProperty(model);
        Near(Numbers(golden.GetProperty("inv_freq")), RopeFrequencies.Yarn(RopeFrequencies.Default(theta, 64), theta, factor, 4096, truncate: truncate));
        var (low, high) = RopeFrequencies.YarnRamp(32, theta, 4096, truncate: truncate);
        Near(Numbers(golden.GetProperty("low_high")), [low, high]);
    }

    [SkippableFact]
    public void Yarn_magnitude_is_on_cosines_for_gpt_oss_and_in_the_scale_for_DeepSeek()
    {
        var models = Golden("rope_yarn_inv_freq").EnumerateObject().Select(model => model.Value).ToArray();
        Near([models[0].GetProperty("attention_factor").GetDouble()], [RopeFrequencies.YarnMagnitude(32)]);
        Near([1], [RopeFrequencies.YarnMagnitude(40, mscale: 1, mscaleAllDim: 1)]);
        var scale = Math.Pow(192, -0.5) * Math.Pow(RopeFrequencies.YarnScale(40), 2);
        Near([models[1].GetProperty("softmax_scale").GetDouble()], [scale]);
    }

    [Fact]
    public void Yarn_of_factor_1_changes_nothing() =>
        Near(RopeFrequencies.Default(10_000, 64), RopeFrequencies.Yarn(RopeFrequencies.Default(10_000, 64), 10_000, 1, 4096));

    [Fact]
    public void LongRope_divides_each_frequency_by_its_factor()
    {
        Near([0.5, 0.05], RopeFrequencies.LongRope([1, 0.1], [2, 2]));
        Near([1, 0.01], RopeFrequencies.WithDivisors([1, 0.1], [1, 10]));
        // Phi-3-mini-128k: 131072 over 4096 is 2^5, and 4096 is 2^12.
        Near([Math.Sqrt(1 + (5.0 / 12))], [RopeFrequencies.LongRopeMagnitude(131_072, 4096)]);
        Assert.Equal(1, RopeFrequencies.LongRopeMagnitude(4096, 4096));
    }

    [Fact]
    public void What_makes_no_frequencies_is_refused()
    {
        Refused("rope: rotaryDims: expected an even number of at least 2, found 7", () => RopeFrequencies.Default(10_000, 7));
        Refused("rope: theta: expected a finite number above 0, found 0", () => RopeFrequencies.Default(0, 8));
        Refused("rope: factor: expected a finite number above 0, found NaN", () => RopeFrequencies.Linear([1], double.NaN));
        Refused("rope: factors: expected 2, one per pair, found 1", () => RopeFrequencies.WithDivisors([1, 0.1], [1]));
        Refused("rope: factor 1: expected a finite number above 0, found 0", () => RopeFrequencies.WithDivisors([1, 0.1], [1, 0]));
        Refused("rope: high_freq_factor: expected more than low_freq_factor, which is above 0 (it is 4), found 4", () => RopeFrequencies.Llama3([1], 8, 4, 4, 8192));
        Refused("rope: beta_fast: expected more than beta_slow, which is above 0 (it is 32), found 1", () => RopeFrequencies.Yarn([1], 10_000, 8, 4096, 1, 32));
        Refused("rope: originalContext: expected more than 1, found 1", () => RopeFrequencies.LongRopeMagnitude(4096, 1));
    }

    private static void Refused(string message, Action act) => Assert.Equal(message, Assert.Throws<IrException>(act).Message);

    private static void Near(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(1, pair.Second / pair.First, 1e-12));
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];

    private static JsonElement Golden(string block) =>
        JsonDocument.Parse(File.ReadAllText(SharedData.Path("golden", "blocks.json"))).RootElement.GetProperty(block);
}
