using Accel.Dram.Controller;

namespace Accel.Dram.Tests.Controller;

public class HistogramTests
{
    [Fact]
    public void Buckets_are_exact_below_1024_and_within_1_6_percent_above()
    {
        for (var latency = 0L; latency < 1L << 40; latency += 1 + latency / 7)
        {
            var upTo = LatencyHistogram.UpperBound(LatencyHistogram.BucketOf(latency));
            Assert.InRange(upTo, latency, latency < 1024 ? latency : latency * 1.016);
        }

        Assert.Equal(LatencyHistogram.BucketOf(1023) + 1, LatencyHistogram.BucketOf(1024));
    }

    [Fact]
    public void Percentiles_are_those_of_the_sorted_values()
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i <= 100; i++)
        {
            histogram.Counts[LatencyHistogram.BucketOf(i)]++;
        }

        Assert.Equal((50, 99, 100, 1), (histogram.Percentile(0.5), histogram.Percentile(0.99), histogram.Percentile(1), histogram.Percentile(0.001)));
        Assert.Equal(0, new LatencyHistogram().Percentile(0.5));
    }
}
