using Accel.Rtl.Synthesis;
using Accel.Rtl.Synthesis.Gates;

namespace Accel.Rtl.Tests.Synthesis;

public sealed class MappingTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    [SkippableFact]
    public void A_design_is_counted_by_hand()
    {
        // Three bits with a register each, twice: six flip-flops, six inverters or gates that do as well, and an AND of all of it in the top.
        var report = Process130.Map("map-counted", """
            module triple (input wire clk, input wire [2:0] d, output reg [2:0] q);
                always @(posedge clk) q <= ~d;
            endmodule
            module same (input wire clk, input wire [2:0] d, output reg [2:0] q);
                always @(posedge clk) q <= ~d;
            endmodule
            module words (input wire clk, input wire write, input wire [1:0] address, input wire [2:0] data, output reg [2:0] read);
                reg [2:0] store [0:3];
                always @(posedge clk) begin if (write) store[address] <= data; read <= store[address]; end
            endmodule
            module top (input wire clk, input wire [2:0] d, output wire y);
                wire [2:0] a, b, c;
                triple u_a (.clk(clk), .d(d), .q(a));
                same u_b (.clk(clk), .d(a), .q(b));
                words u_c (.clk(clk), .write(y), .address(d[1:0]), .data(b), .read(c));
                assign y = &{a, b, c};
            endmodule
            """, "top");
        Assert.True(report.IsComplete, string.Join('\n', report.Modules.Select(module => module.Note)));
        Assert.Equal(["top", "triple", "words"], report.Modules.Select(module => module.Name).Order(StringComparer.Ordinal));
        Assert.Equal(6, report.FlipFlops);
        Assert.Equal(12, report.MacroBits);
        Assert.Equal(report.Modules.Sum(module => module.Count * module.CellCounts.Sum(cell => cell.Value * Process130.Require().Liberty.Cells[cell.Key].Area)), report.Area, 1e-9);
        Assert.Equal(report.Area, report.Blocks().Sum(block => block.Area), 1e-9);
        Assert.Equal((2, 6), report.Blocks().Where(block => block.Name == "triple").Select(block => ((int)block.Count, (int)block.FlipFlops)).Single());

        // A flip-flop alone takes 0.2 ns and more in this process; the path here is a gate or two behind it.
        Assert.InRange(report.Path!.Nanoseconds, 0.2, 3);
    }

    [SkippableTheory]
    [InlineData("signed", 4, 4, 8)]
    [InlineData("signed", 3, 6, 9)]
    [InlineData("signed", 5, 2, 12)]
    [InlineData("signed", 1, 5, 6)]
    [InlineData("signed", 6, 5, 7)]
    [InlineData("", 5, 3, 8)]
    [InlineData("", 4, 6, 14)]
    public void Products_are_proved_for_all_inputs(string sign, int a, int b, int y) =>
        Prove($"product-{sign}-{a}-{b}-{y}", $"module p (input wire {sign} [{a - 1}:0] a, input wire {sign} [{b - 1}:0] b, output wire {sign} [{y - 1}:0] y);\n assign y = a * b;\nendmodule\n");

    [SkippableFact]
    public void Sums_of_products_differences_and_comparisons_are_proved_for_all_inputs() =>
        Prove("product-sum", """
            module p (input wire signed [3:0] a, input wire signed [3:0] b, input wire signed [3:0] c, input wire signed [4:0] d, output wire signed [11:0] y, output wire less, output wire [6:0] z);
                assign y = a * b - c * d + {d, 5'd19};
                assign less = a * b < c;
                assign z = {a, b[2:0]} - {3'd5, d[3:0]};
            endmodule
            """);

    [SkippableFact]
    public void A_table_is_proved_and_a_wrong_gate_is_found()
    {
        var random = new Random(5);
        var entries = string.Concat(Enumerable.Range(0, 27).Select(i => $"            5'd{i}: entry = 16'h{random.Next(1 << 16):x};\n"));
        var source = $"module p (input wire [4:0] address, output wire [15:0] word);\n    reg [15:0] entry;\n    always @*\n        case (address)\n{entries}            default: entry = 16'h0;\n        endcase\n    assign word = entry;\nendmodule\n";
        var (netlist, cells) = Prove("product-table", source);
        var at = netlist.IndexOf("    .A(", StringComparison.Ordinal) + "    .A(".Length;
        var wrong = $"{netlist[..at]}1'b0{netlist[netlist.IndexOf(')', at)..]}";
        Assert.Contains("differs", FormalCheck.Prove(Process130.Require().Liberty, "p", source, wrong, cells, Tool.Folder("product-table-wrong"), _limit), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void What_cannot_be_mapped_in_time_is_told_and_the_rest_stands()
    {
        var report = Process130.Map("map-late", "module top (input wire a, output wire y);\n assign y = ~a;\nendmodule\n", "top", new() { ModuleLimit = TimeSpan.FromMilliseconds(20) });
        Assert.False(report.IsComplete);
        Assert.Contains("not done within", report.Modules[0].Note, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void What_was_mapped_before_serves_again_until_its_text_changes()
    {
        var library = Process130.Require();
        var folder = Tool.Folder("map-again");
        SynthesisReport Map(string gate) => Synthesizer.Run("x", [new("x.v", $"module top (input wire a, input wire b, output wire y);\n assign y = a {gate} b;\nendmodule\n")], "top", null, library, folder, new() { HasTiming = false });
        Assert.True(Map("&").Modules[0].Seconds > 0);
        Assert.Equal(0, Map("&").Modules[0].Seconds);
        Assert.True(Map("^").Modules[0].Seconds > 0);
    }

    private static (string Netlist, IEnumerable<string> Cells) Prove(string name, string source)
    {
        var report = Process130.Map(name, source, "p", new() { HasTiming = false });
        Assert.True(report.IsComplete, report.Modules[0].Note);
        var netlist = File.ReadAllText(ModuleMapper.NetlistOf(Path.Combine(Path.GetTempPath(), $"accel-rtl-{Environment.ProcessId}", name), "p"));
        var cells = report.Modules[0].CellCounts.Keys;
        Assert.Null(FormalCheck.Prove(Process130.Require().Liberty, "p", source, netlist, cells, Tool.Folder($"{name}-proof"), _limit));
        return (netlist, cells);
    }
}
