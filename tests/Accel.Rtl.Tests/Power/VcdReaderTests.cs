using System.Text;
using Accel.Core.Diagnostics;
using Accel.Rtl.Power;

namespace Accel.Rtl.Tests.Power;

/// <summary>Changes in dumps, against those counted by hand.</summary>
public sealed class VcdReaderTests
{
    private const string Declarations =
        "$date today $end\n$timescale 1ns $end\n$scope module top $end\n$var wire 1 ! clk $end\n$var wire 4 \" bus [3:0] $end\n" +
        "$scope module inner $end\n$var wire 4 \" alias [3:0] $end\n$var reg 1 # q $end\n$upscope $end\n$upscope $end\n$enddefinitions $end\n";

    [Fact]
    public void Changes_between_0_and_1_are_counted_bit_by_bit_and_unknown_levels_are_none()
    {
        // clk: x 0 1 0 1: three. bus: x, 0101, 10, 1111, x: 0101 to 0010 is three bits, 0010 to 1111 three. q: x z 1 0: one.
        var signals = Read(Declarations + "#0\n$dumpvars\n0!\nbx \"\nx#\n$end\n#1\n1!\nb101 \"\nz#\n#2\n0!\nb10 \"\n1#\n#3\n1!\nb1111 \"\n0#\n#4\nbx \"\n");
        Assert.Equal([new("top", "clk", 1, 3), new("top", "bus", 4, 6), new("top.inner", "alias", 4, 6), new("top.inner", "q", 1, 1)], signals);
    }

    [Fact]
    public void A_dump_larger_than_what_is_held_of_it_is_read_to_its_end()
    {
        var text = new StringBuilder(Declarations);
        for (var i = 0; i < 100_000; i++)
        {
            text.Append('#').Append(i).Append('\n').Append(i % 2).Append("!\nb").Append(i % 2).Append(" \"\n");
        }

        Assert.Equal([99_999L, 99_999, 99_999, 0], Read(text.ToString()).Select(signal => signal.Toggles));
    }

    [Theory]
    [InlineData("", "the end of the file")]
    [InlineData("GIF89a", "GIF89a")]
    [InlineData("$scope module a $end\n$upscope $end\n$upscope $end", "$upscope")]
    [InlineData("$var wire 0 ! a $end", "0")]
    [InlineData("$var wire 99999999999 ! a $end", "99999999999")]
    [InlineData("$var wire 2000000000 ! a $end", "2000000000")]
    [InlineData("$scope module a", "the end of the file")]
    public void What_is_no_dump_is_refused_by_what_stands_there(string text, string found) => AssertRefused(text, found);

    [Theory]
    [InlineData("0?", "?")]
    [InlineData("b10101 \"", "5")]
    [InlineData("b101", "the end")]
    [InlineData("q!", "q!")]
    [InlineData("0", "")]
    public void A_change_of_nothing_that_was_declared_is_refused(string change, string found) => AssertRefused(Declarations + change, found);

    private static void AssertRefused(string text, string found)
    {
        var fault = Assert.Throws<InputException>(() => Read(text));
        Assert.Equal(found, Assert.Single(fault.Faults).Found);
    }

    private static IReadOnlyList<VcdSignal> Read(string text) => VcdReader.Read("waves.vcd", new MemoryStream(Encoding.ASCII.GetBytes(text)));
}
