namespace Accel.Sim.Tests;

public sealed class SpeedTests
{
    /// <summary>Sixteen matrices of 256x256: 1.05 M weights. Measured some 1,500 tokens per second of processor time, with all checks.</summary>
    [Fact]
    public void Decode_of_a_million_weights_runs_two_hundred_tokens_per_second()
    {
        var simulation = DecodeWorkload.Start(DecodeWorkload.Make(layers: 16, width: 256), new());
        // The first steps pay for compilation.
        DecodeWorkload.Speed(simulation, 300);
        var speed = DecodeWorkload.Speed(simulation, 300);

        Assert.True(speed >= 200, $"{speed:0} tokens/s");
    }
}
