using Accel.Compiler.Quantization;
using Accel.Core.Diagnostics;
using Accel.Rtl.Verification;

namespace Accel.Rtl.Tests.Verification;

public sealed class TestVectorTests
{
    private static readonly TestRun[] _runs =
    [
        new(SamplingSettings.Greedy, [3, 4], [5, 6, 7], [10, 20, 30, 40]),
        new(new SamplingSettings(4096, 0xFEDC_BA98_7654_3210), [0], [1], [9]),
    ];

    [Fact]
    public void Printed_vectors_are_read_back()
    {
        var runs = TestVectors.Parse("vectors.txt", TestVectors.Print(_runs));
        Assert.Equal(TestVectors.Print(_runs), TestVectors.Print(runs));
        Assert.Equal(_runs.Select(run => run.Settings), runs.Select(run => run.Settings));
        Assert.Equal([5, 6, 7], runs[0].Tokens);
        Assert.Equal(4, runs[0].Positions);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        var numbers = TestVectors.Print(_runs).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (var length = 0; length < numbers.Length; length++)
        {
            var text = string.Join(' ', numbers[..length]);
            Assert.StartsWith($"vectors.txt: number {length + 1}: expected", Assert.Throws<InputException>(() => TestVectors.Parse("vectors.txt", text)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("2147483647")]
    [InlineData("1 70000 0 0 1 1 1 1 1")]
    [InlineData("1 0 0 0 1000000 1000000 1 1 1")]
    [InlineData("1 0 0 0 9999999999 1 1 1 1")]
    [InlineData("1 0 0 0 1 1 -1 1 1")]
    [InlineData("1 0 0 0 1 1 1 1 1 1")]
    [InlineData("one")]
    public void Numbers_out_of_range_are_refused(string text) => Assert.Throws<InputException>(() => TestVectors.Parse("vectors.txt", text));
}
