using Accel.Core.Diagnostics;
using Accel.Dram.Controller;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Streams;

/// <summary>Streams and policies as text.</summary>
public class SpecificationTests
{
    [Fact]
    public void A_stream_reads_as_written()
    {
        var spec = StreamSpec.Parse("write,base=0x1000,bytes=4KiB,loop=3x1MB,loop=2x-64,start=1_000".Replace("_", "") + ",port=7");
        Assert.True(spec.Descriptor.IsWrite);
        Assert.Equal((4096L, 4096L, 1000L, 7), (spec.Descriptor.BaseAddress, spec.Descriptor.RunBytes, spec.Start, spec.Port));
        Assert.Equal([new DmaLoop(3, 1_000_000), new DmaLoop(2, -64)], spec.Descriptor.Loops);
        Assert.Equal(6, spec.Descriptor.Runs);
        Assert.Equal(1L << 40, StreamSpec.Parse("read,bytes=1TiB").Descriptor.RunBytes);
    }

    [Theory]
    [InlineData("raed,bytes=1", "did you mean 'read'?")]
    [InlineData("read", "bytes= with a positive size, found none")]
    [InlineData("read,bytes=0", "found 0")]
    [InlineData("read,bytes=1,bytes=2", "bytes once, found twice")]
    [InlineData("read,bytes=1,lop=3x4", "did you mean 'loop'?")]
    [InlineData("read,bytes=1,loop=3", "loop=COUNTxSTRIDE")]
    [InlineData("read,bytes=12QB", "a whole number, with or without a unit, for bytes, found '12QB'")]
    [InlineData("read,bytes=-1", "a whole number")]
    [InlineData("read,bytes=99999999999TiB", "a whole number")]
    public void A_stream_that_is_none_says_why(string text, string part) =>
        Assert.Contains(part, Assert.Throws<InputException>(() => StreamSpec.Parse(text)).Message);

    [Fact]
    public void A_policy_reads_as_it_prints()
    {
        foreach (var policy in new[]
        {
            new ControllerConfig(),
            new ControllerConfig
            {
                Page = PagePolicy.Closed, RowHitCap = 3, ReadQueue = 7, WriteQueue = 9, DrainHigh = 5, DrainLow = 1, Refresh = RefreshKind.PerBank,
                PostponedRefreshes = 2, StaggerRanks = true, FrontEnd = FrontEnd.InOrder,
            },
        })
        {
            Assert.Equal(policy, PolicySpec.Parse(policy.ToString()));
        }

        Assert.Equal(new ControllerConfig(), PolicySpec.Parse(""));
        Assert.Equal(new ControllerConfig(), PolicySpec.Parse("writes=32"));
        Assert.Equal((16, 13, 3), (PolicySpec.Parse("writes=16").WriteQueue, PolicySpec.Parse("writes=16").DrainHigh, PolicySpec.Parse("writes=16").DrainLow));
        Assert.Equal((8, 5), (PolicySpec.Parse("drain=8:5,writes=16").DrainHigh, PolicySpec.Parse("drain=8:5,writes=16").DrainLow));
    }

    [Theory]
    [InlineData("opne", "did you mean 'open'?")]
    [InlineData("open,closed", "closed once, found twice")]
    [InlineData("cap=many", "a whole number for cap")]
    [InlineData("drain=5", "drain=HIGH:LOW")]
    [InlineData("refresh=perbank", "did you mean 'per-bank'?")]
    [InlineData("front=strict", "front=per-channel or in-order")]
    public void A_policy_that_is_none_says_why(string text, string part) =>
        Assert.Contains(part, Assert.Throws<InputException>(() => PolicySpec.Parse(text)).Message);
}
