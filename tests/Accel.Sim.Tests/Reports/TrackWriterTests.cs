using Accel.Core.Units;
using Accel.Sim.Reports.Timeline;

namespace Accel.Sim.Tests.Reports;

public sealed class TrackWriterTests
{
    [Fact]
    public void Slices_come_back_with_names_nesting_times_and_cycles()
    {
        // 1.4 GHz: cycle 7 begins at 5 ns, cycle 10 within the nanosecond that begins at 7.
        var tracks = Written(new(1_400_000_000), writer =>
        {
            var track = writer.AddTrack("array0", 4);
            writer.Begin(track, "layers.0.attention", 0, 14);
            writer.Begin(track, "matmul", 7, 3);
            writer.End(track, 10);
            writer.Begin(track, "matmul", 10, 4);
            writer.End(track, 14);
            writer.End(track, 14);
        });
        Assert.Equal(["a run", "array0"], tracks.Select(track => track.Name));
        Assert.Equal(1UL, tracks[1].Parent);
        Assert.Equal(
            [("layers.0.attention", 0, 0, 10), ("matmul", 1, 5, 7), ("matmul", 1, 7, 10)],
            tracks[1].Slices.Select(slice => (slice.Name, slice.Depth, (int)slice.Start, (int)slice.End)));
        Assert.Equal((7, 3), (tracks[1].Slices[1].Arguments["start cycle"], tracks[1].Slices[1].Arguments["cycles"]));
    }

    [Fact]
    public void Counters_come_back_as_samples()
    {
        var tracks = Written(new(1_000_000_000), writer =>
        {
            var counter = writer.AddCounter("DRAM", "GB/s", 3);
            writer.Count(counter, 0, 51.2);
            writer.Count(counter, 4096, 0);
        });
        Assert.Equal([(0, 51.2), (4096, 0)], tracks[1].Samples);
    }

    [Fact]
    public void The_bytes_are_those_of_the_published_format()
    {
        using var stream = new MemoryStream();
        using (var writer = new TrackWriter(stream, "t", new(1_000_000_000)))
        {
            writer.End(writer.AddTrack("u", 2), 300);
        }

        // A packet is 0A and its length; within it 50 01 is the sequence, 68 the flags, E2 03 a track, 62 names, 40 the time, 5A an event.
        Assert.Equal(
            [
                "0A0E" + "5001" + "6801" + "E20307" + "0801" + "120174" + "5803",
                "0A17" + "5001" + "6211" + "1A0F" + "0801" + "120B" + Hex("start cycle") + "6802",
                "0A12" + "5001" + "620C" + "1A0A" + "0802" + "1206" + Hex("cycles") + "6802",
                "0A0E" + "5001" + "E20309" + "0802" + "120175" + "2801" + "6002",
                "0A0D" + "40AC02" + "5001" + "5A04" + "4802" + "5802" + "6802",
            ],
            Packets(stream.ToArray()));
    }

    private static string Hex(string text) => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Packets shorter than 128 bytes, each with its tag and length.</summary>
    private static IEnumerable<string> Packets(byte[] trace)
    {
        for (var at = 0; at < trace.Length; at += 2 + trace[at + 1])
        {
            yield return Convert.ToHexString(trace, at, 2 + trace[at + 1]);
        }
    }

    private static IReadOnlyList<ReadTrack> Written(Hertz clock, Action<TrackWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new TrackWriter(stream, "a run", clock))
        {
            write(writer);
        }

        return PerfettoReader.Read(stream.ToArray());
    }
}
