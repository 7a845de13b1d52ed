using Accel.Sim.Reports.Timeline;

namespace Accel.Sim.Tests.Reports;

public sealed class WindowedSeriesTests
{
    [Fact]
    public void An_amount_is_spread_evenly_over_its_cycles()
    {
        // Windows of 64: 32 of the 128 cycles in the first, 64 in the second, 32 in the third.
        var series = new WindowedSeries(16);
        series.Add(32, 160, 128);
        Assert.Equal([(0, 0.5), (64, 1), (128, 0.5), (192, 0)], series.Rates());
    }

    [Fact]
    public void Windows_double_when_a_run_outgrows_them_and_nothing_is_lost()
    {
        var random = new Random(5);
        for (var run = 0; run < 50; run++)
        {
            var series = new WindowedSeries(random.Next(1, 9));
            var total = 0;
            for (var i = 0; i < 100; i++)
            {
                var (start, amount) = (random.Next(100_000), random.Next(1, 1000));
                series.Add(start, start + random.Next(500), amount);
                total += amount;
            }

            Assert.Equal(total, Integral(series), 6);
        }
    }

    private static double Integral(WindowedSeries series)
    {
        var rates = series.Rates().ToList();
        return rates.Zip(rates.Skip(1), (now, next) => now.PerCycle * (next.Start - now.Start)).Sum();
    }
}
