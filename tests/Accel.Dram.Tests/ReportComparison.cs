using Accel.Dram.Controller;
using Accel.Dram.Reports;

namespace Accel.Dram.Tests;

/// <summary>Whether two reports tell the same of every pseudo-channel.</summary>
internal static class ReportComparison
{
    public static void AssertSame(DramReport expected, DramReport actual, string what)
    {
        Assert.True(expected.Cycles == actual.Cycles && expected.SimulatedCycles == actual.SimulatedCycles,
            $"{what}: {expected.Cycles.Value} of {expected.SimulatedCycles.Value} cycles, got {actual.Cycles.Value} of {actual.SimulatedCycles.Value}");
        Assert.Equal((expected.Queued, expected.TransfersUnderWay), (actual.Queued, actual.TransfersUnderWay));
        Assert.Equal(expected.Total.Latencies.NonEmpty(), actual.Total.Latencies.NonEmpty());
        for (var part = 0; part < expected.Parts; part++)
        {
            var (channel, pseudoChannel) = Math.DivRem(part, expected.Config.Device.PseudoChannels);
            var (a, b) = (expected.CountersOf(channel, pseudoChannel), actual.CountersOf(channel, pseudoChannel));
            for (var counter = Counter.Reads; counter < Counter.Count; counter++)
            {
                Assert.True(a[counter] == b[counter], $"{what}: channel {channel}.{pseudoChannel}: {counter} {a[counter]}, got {b[counter]}");
            }

            Assert.Equal(a.Peaks, b.Peaks);
        }
    }
}
