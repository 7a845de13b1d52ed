using Accel.Compiler.Quantization;
using Accel.Rtl.Tools;
using Accel.Rtl.Verification;

namespace Accel.Rtl.Tests.Verification;

/// <summary>The benches on a chip whose faults are planted by hand.</summary>
public sealed class TestBenchTests
{
    private static readonly TestRun[] _runs =
    [
        Echo.Run([3, 4], 5),
        Echo.Run([9], 4),
        Echo.Run([1, 2, 3], 3, 4096, 0x1_0000_0007),
        Echo.Run([60, 61, 62, 63], 6),
    ];

    [SkippableFact]
    public void A_right_chip_passes_under_Icarus()
    {
        var result = Verify(Simulator.Icarus, Echo.Text);
        Assert.True(result.IsEqual, result.Summary);
        Assert.Equal(18, result.Tokens);
        Assert.Equal(_runs.Sum(run => run.Positions), result.Positions);
    }

    /// <summary>A fault, what must find it, and the first token that must be named.</summary>
    [SkippableTheory]
    [InlineData("sum * 16'd5 + 16'd3", "sum * 16'd5 + 16'd7", 0, 0)]
    [InlineData("sum <= sum + token;", "sum <= sum + (token & 16'hFFFB);", 0, 1)]
    [InlineData("sum <= 16'd0; // reset", "", 0, 0)]
    [InlineData("sum <= 16'd0; // forget", "", 1, 0)]
    [InlineData("(inverse_temperature != 16'd0 ? seed[15:0] : 16'd0)", "16'd0", 2, 0)]
    [InlineData("sent <= 16'd0;\n            sum <= 16'd0; // reset", "sum <= 16'd0;", 0, -1)]
    public void A_planted_fault_is_caught_and_the_first_token_named(string right, string wrong, int run, int token)
    {
        Assert.Contains(right, Echo.Text, StringComparison.Ordinal);
        var result = Verify(Simulator.Icarus, Echo.Text.Replace(right, wrong, StringComparison.Ordinal));
        Assert.False(result.IsEqual);
        if (token >= 0)
        {
            Assert.Equal((run, token), (result.FirstToken!.Run, result.FirstToken.Index));
            Assert.Equal(_runs[run].Tokens[token], result.FirstToken.Expected);
        }
    }

    [SkippableTheory]
    [InlineData("cycles <= count + 32'd1;", "cycles <= count;")]
    [InlineData("assign computing = state == WORK;", "assign computing = state != IDLE;")]
    [InlineData("32'd10 + {16'd0, position}", "32'd10 + {16'd0, position >> 1}")]
    public void A_wrong_number_of_cycles_is_caught(string right, string wrong)
    {
        var result = Verify(Simulator.Icarus, Echo.Text.Replace(right, wrong, StringComparison.Ordinal));
        Assert.Equal(0, result.DifferingTokens);
        Assert.False(result.IsEqual);
        Assert.Contains("cycles", result.Log, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("assign m_axis_tdata = token;", "assign m_axis_tdata = m_axis_tready ? token : 16'd0;", "token changed while offered")]
    [InlineData("sent + 16'd1 == token_limit", "sent + 16'd1 >= token_limit - 16'd1 && 1'b0", "tlast")]
    [InlineData("IDLE: if (s_axis_tvalid) begin", "IDLE: if (1'b0) begin", "stands still")]
    public void A_broken_rule_of_the_streams_is_caught(string right, string wrong, string message)
    {
        var result = Verify(Simulator.Icarus, Echo.Text.Replace(right, wrong, StringComparison.Ordinal));
        Assert.False(result.IsEqual);
        Assert.Contains(message, result.Log, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Both_benches_see_the_same()
    {
        Tool.Require("verilator", "verilator");
        Tool.Require("iverilog", "iverilog");
        var (fast, slow) = (Tool.Folder("bench-verilator"), Tool.Folder("bench-icarus"));
        var vectors = WriteVectors(fast);
        var a = Echo.Build(fast, Simulator.Verilator, Echo.Text).Run(new BenchRun(vectors) { Probe = true });
        var b = Echo.Build(slow, Simulator.Icarus, Echo.Text).Run(new BenchRun(vectors) { Probe = true });
        Assert.Contains("all as expected", a.Log, StringComparison.Ordinal);
        Assert.Contains("all as expected", b.Log, StringComparison.Ordinal);
        for (var run = 0; run < _runs.Length; run++)
        {
            Assert.Equal(a.Transcript.Tokens(run), b.Transcript.Tokens(run));
            Assert.Equal(a.Transcript.Cycles(run), b.Transcript.Cycles(run));
            for (var position = 0; position < _runs[run].Positions; position++)
            {
                Assert.Equal(3, a.Transcript.Value(run, position, 2).Elements);
                Assert.Equal(a.Transcript.Value(run, position, 2), b.Transcript.Value(run, position, 2));
            }
        }

        // Sum 3 behind the first token, less 0, 1 and 2.
        var only = new BenchRun(vectors) { Only = (0, 0, 2) };
        var elements = TestBench.Attach(fast, Simulator.Verilator).Run(only).Transcript.Elements;
        Assert.Equal([(0, 3), (1, 2), (2, 1)], elements.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(elements, TestBench.Attach(slow, Simulator.Icarus).Run(only).Transcript.Elements);
        Assert.Equal(default(ValueHash).With(0, 3).With(2, 1).With(1, 2), a.Transcript.Value(0, 0, 2));

        // The same bench, a chip that lost its reset: registers that start at random show it.
        var broken = Echo.Build(fast, Simulator.Verilator, Echo.Text.Replace("sum <= 16'd0; // reset", "", StringComparison.Ordinal)).Run(new BenchRun(vectors));
        Assert.Contains("DIFFERENT", broken.Log, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Waves_are_written_when_asked_for()
    {
        Tool.Require("iverilog", "iverilog");
        var folder = Tool.Folder("bench-waves");
        var waves = Path.Combine(folder, "waves.vcd");
        Echo.Build(folder, Simulator.Icarus, Echo.Text, waves: true).Run(new BenchRun(WriteVectors(folder)) { Waves = waves });
        Assert.StartsWith("$date", File.ReadAllText(waves), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_text_that_a_tool_refuses_is_an_error_with_the_tools_words()
    {
        Tool.Require("iverilog", "iverilog");
        var fault = Assert.Throws<ToolFailedException>(
            () => Echo.Build(Tool.Folder("bench-bad"), Simulator.Icarus, Echo.Text.Replace("endmodule", "endmodul", StringComparison.Ordinal)));
        Assert.Contains("syntax error", fault.Message, StringComparison.Ordinal);
    }

    private static VerificationResult Verify(Simulator simulator, string text)
    {
        Tool.Require("iverilog", "iverilog");
        var folder = Tool.Folder($"bench-{Guid.NewGuid():N}");
        try
        {
            return new ChipVerifier(Echo.Build(folder, simulator, text), _runs).Run(new BenchRun(WriteVectors(folder)) { Limit = TimeSpan.FromMinutes(10) });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string WriteVectors(string folder)
    {
        var vectors = Path.Combine(folder, "vectors.txt");
        File.WriteAllText(vectors, TestVectors.Print(_runs));
        return vectors;
    }
}
