using System.Buffers.Binary;
using System.Globalization;
using Accel.Core.Diagnostics;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Streams;

public sealed class TraceFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Binary_and_text_forms_read_alike()
    {
        var trace = new RequestTrace();
        trace.Add(new Request(0, 0, false));
        trace.Add(new Request(5, 0xFFFF_FFC0, true));
        using (var stream = File.Create(_path))
        {
            TraceFile.WriteBinary(stream, trace);
        }

        var binary = TraceFile.Read(_path);
        File.WriteAllText(_path, "# cycle address kind\n0 0x0 R\r\n\n5\t0xffffffC0 w # last\n");
        var text = TraceFile.Read(_path);
        Assert.Equal([trace[0], trace[1]], [binary[0], binary[1]]);
        Assert.Equal([trace[0], trace[1]], [text[0], text[1]]);
        Assert.Equal((2, 2), (binary.Count, text.Count));
    }

    [Theory]
    [InlineData("", "at least one request, found none")]
    [InlineData("1 2\n", "line 1: expected cycle, address and R or W, found 1 2")]
    [InlineData("1 2 X\n", "line 1")]
    [InlineData("1 -2 R\n", "line 1")]
    [InlineData("\n9 0 R\n3 0 W\n", "request 1: expected an arrival cycle of 9 to 1152921504606846976, found 3")]
    [InlineData("99999999999999999999 0 R\n", "line 1")]
    [InlineData("1152921504606846977 0 R\n", "request 0: expected an arrival cycle")]
    [InlineData("0 0x8000000000000000 R\n", "line 1")]
    public void Text_that_is_no_trace_is_one_clear_line(string text, string part) => AssertRefused(text, part);

    [Fact]
    public void A_text_without_line_breaks_is_refused_before_it_fills_the_memory()
    {
        using (var writer = new StreamWriter(_path))
        {
            for (var i = 0; i < 20_000; i++)
            {
                writer.Write("0123456789");
            }
        }

        Assert.Contains("at most 1000 characters", Assert.Throws<InputException>(() => TraceFile.Read(_path)).Message);
    }

    [Fact]
    public void Binary_records_are_checked_one_by_one()
    {
        AssertBinary([(0, 0, 0), (1, 64, 2)], "request 1: expected 0 for a read or 1 for a write, found 2");
        AssertBinary([(5, 0, 0), (4, 64, 1)], "request 1: expected an arrival cycle of 5");
        AssertBinary([(ulong.MaxValue, 0, 0)], "below 2^63");
        AssertBinary([(0, ulong.MaxValue, 0)], "an address below 2^63, found 18446744073709551615");
        File.WriteAllBytes(_path, new byte[47]);
        Assert.Contains("byte 24: expected whole records of 24 bytes, found 23 bytes left over", Assert.Throws<InputException>(() => TraceFile.Read(_path)).Message);
    }

    [Fact]
    public void A_file_too_large_is_refused_by_its_length()
    {
        using (var stream = File.Create(_path))
        {
            stream.SetLength(24L * (RequestTrace.MostRequests + 1L)); // sparse
        }

        Assert.Contains($"at most {RequestTrace.MostRequests} requests", Assert.Throws<InputException>(() => TraceFile.Read(_path)).Message);
    }

    [Fact]
    public void A_file_cut_or_spoilt_at_any_byte_gives_a_trace_or_one_line()
    {
        var bytes = new byte[24 * 20];
        for (var i = 0; i < 20; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24 * i), i);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24 * i + 8), 64 * i);
        }

        var random = new Random(6);
        for (var i = 0; i < 600; i++)
        {
            var spoilt = bytes.AsSpan(0, i < bytes.Length ? i : bytes.Length).ToArray();
            if (i >= bytes.Length)
            {
                spoilt[random.Next(spoilt.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(_path, spoilt);
            try
            {
                Assert.True(TraceFile.Read(_path).Count > 0);
            }
            catch (InputException e)
            {
                Assert.Single(e.Message.Split('\n'));
            }
        }
    }

    [Fact]
    public void A_missing_file_is_named() => Assert.Equal(
        "no/such.trace: expected a readable trace file, found no such file", Assert.Throws<InputException>(() => TraceFile.Read("no/such.trace")).Message);

    private void AssertRefused(string text, string part)
    {
        File.WriteAllText(_path, text);
        var message = Assert.Throws<InputException>(() => TraceFile.Read(_path)).Message;
        Assert.Contains(part, message);
        Assert.Single(message.Split('\n'));
    }

    private void AssertBinary((ulong, ulong, ulong)[] records, string part)
    {
        using (var stream = File.Create(_path))
        {
            var word = new byte[8];
            foreach (var value in records.SelectMany(r => new[] { r.Item1, r.Item2, r.Item3 }))
            {
                BinaryPrimitives.WriteUInt64LittleEndian(word, value);
                stream.Write(word);
            }
        }

        Assert.Contains(part, Assert.Throws<InputException>(() => TraceFile.Read(_path)).Message);
    }
}
