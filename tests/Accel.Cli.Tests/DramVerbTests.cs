using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Accel.Cli.Tests;

public sealed class DramVerbTests
{
    [Theory]
    [InlineData("naive")]
    [InlineData("event")]
    [InlineData("memo")]
    public void A_binary_trace_gives_the_same_figures_in_every_mode(string mode)
    {
        using var folder = new TemporaryFolder();
        var figures = Json("dram", "--standard", "DDR4-3200", "--trace", BinaryTrace(folder, 2000), "--mode", mode, "--json");
        var expected = Json("dram", "--standard", "DDR4-3200", "--trace", BinaryTrace(folder, 2000), "--mode", "naive", "--json");
        foreach (var name in new[] { "requests", "cycles", "achieved_gb_per_s", "peak_gb_per_s", "average_read_latency_cycles", "row_hits", "activates", "refreshes", "transfers_in_flight" })
        {
            Assert.Equal(expected.GetProperty(name).GetDouble(), figures.GetProperty(name).GetDouble());
        }

        Assert.Equal(2000, figures.GetProperty("requests").GetInt64());
        Assert.Equal(25.6, figures.GetProperty("peak_gb_per_s").GetDouble());
        Assert.Equal(0, figures.GetProperty("requests_left_in_queues").GetInt64());
    }

    [Fact]
    public void A_text_trace_says_what_the_binary_one_says()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("trace.txt", string.Concat(Enumerable.Range(0, 2000).Select(i => $"{i} 0x{i * 64:x} {(i % 3 == 2 ? "W" : "R")} # request {i}\n")));
        Assert.Equal(
            Json("dram", "--trace", BinaryTrace(folder, 2000), "--json").GetProperty("cycles").GetInt64(),
            Json("dram", "--trace", text, "--json").GetProperty("cycles").GetInt64());
    }

    [Fact]
    public void Commands_are_written_as_CSV()
    {
        using var folder = new TemporaryFolder();
        var figures = Json("dram", "--stream", "read,bytes=64KiB", "--commands", folder.Path("commands.csv"), "--json");
        var lines = File.ReadAllLines(folder.Path("commands.csv"));
        Assert.Equal("cycle,command,channel,pseudo_channel,rank,bank_group,bank,row,column", lines[0]);
        Assert.Equal(figures.GetProperty("activates").GetInt64(), lines.Count(line => line.Contains(",Activate,", StringComparison.Ordinal)));
    }

    [Fact]
    public void Figures_as_CSV_are_those_of_JSON()
    {
        var figures = Json("dram", "--stream", "read,bytes=64KiB", "--json");
        var output = new StringWriter();
        Assert.Equal(0, CommandLine.Run(["dram", "--stream", "read,bytes=64KiB", "--csv"], output, TextWriter.Null));
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal("figure,value", lines[0]);
        Assert.True(lines.Length > 20);
        foreach (var line in lines[1..])
        {
            var (name, value) = (line.Split(',')[0], line.Split(',')[1]);
            Assert.Equal(figures.GetProperty(name).GetDouble(), double.Parse(value, CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void Streams_complete_one_by_one()
    {
        var figures = Json("dram", "--stream", "read,bytes=4KiB", "write,base=1MiB,bytes=64,loop=16x4KiB,start=1000,port=1", "--json");
        Assert.Equal(2, figures.GetProperty("transfer_completion_cycles").GetArrayLength());
        Assert.Equal(64 + 16, figures.GetProperty("requests").GetInt64());
    }

    [Theory]
    [InlineData("--standard DDR9 --stream read,bytes=64", "standard: expected one of")]
    [InlineData("--stream read,bytes=1024GiB", "within the capacity")]
    [InlineData("--stream read", "bytes= with a positive size")]
    [InlineData("--stream read,bites=64", "did you mean 'bytes'?")]
    [InlineData("--stream read,bytes=64 --mapping row|bank", "every address bit is covered")]
    [InlineData("--stream read,bytes=64 --policy drain=3", "HIGH:LOW")]
    [InlineData("--stream read,bytes=64 --policy cap=-1", "a whole number")]
    [InlineData("--stream read,bytes=64 --channels 3", "a power of two")]
    [InlineData("--stream read,bytes=64 --trace x.bin", "either --trace or --stream")]
    [InlineData("--trace no-such-file.bin", "no such file")]
    [InlineData("", "either --trace or --stream")]
    public void Bad_input_is_one_line(string arguments, string message)
    {
        var error = new StringWriter();
        Assert.Equal(2, CommandLine.Run(["dram", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)], TextWriter.Null, error));
        Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
        Assert.Single(error.ToString().Trim().Split('\n'));
    }

    [Theory]
    [InlineData(25, "byte 24")]
    [InlineData(0, "at least one request")]
    public void A_trace_cut_short_is_refused(int length, string message)
    {
        using var folder = new TemporaryFolder();
        var bytes = File.ReadAllBytes(BinaryTrace(folder, 4)).AsSpan(0, length).ToArray();
        File.WriteAllBytes(folder.Path("cut.bin"), bytes);
        var error = new StringWriter();
        Assert.Equal(2, CommandLine.Run(["dram", "--trace", folder.Path("cut.bin")], TextWriter.Null, error));
        Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
    }

    private static string BinaryTrace(TemporaryFolder folder, int requests)
    {
        var bytes = new byte[requests * 24];
        for (var i = 0; i < requests; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * 24), i);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((i * 24) + 8), i * 64);
            bytes[(i * 24) + 16] = i % 3 == 2 ? (byte)1 : (byte)0;
        }

        File.WriteAllBytes(folder.Path("trace.bin"), bytes);
        return folder.Path("trace.bin");
    }

    private static JsonElement Json(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.Equal(0, CommandLine.Run(args, output, error));
        return JsonDocument.Parse(output.ToString()).RootElement;
    }
}
