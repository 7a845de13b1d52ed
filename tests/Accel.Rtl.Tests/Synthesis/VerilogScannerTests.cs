using Accel.Core.Diagnostics;
using Accel.Rtl.Synthesis;

namespace Accel.Rtl.Tests.Synthesis;

public sealed class VerilogScannerTests
{
    private const string Design = """
        // module fake ( .no(no) );
        module leaf (
            input  wire clk,
            input  wire [3:0] a,
            output wire [1:0] y
        );
            /* leaf u_fake (.a(a)); */
            assign y = a[1:0];
        endmodule
        module store (input wire clk, output reg [7:0] q);
            reg [7:0] words [0:15];
            reg single [0:3];
        endmodule
        module top (input wire clk, output wire [1:0] y);
            wire [3:0] a;
            leaf u_first (
                .clk(clk),
                .a(a)
            );
            leaf u_second (.clk(clk), .a(a), .y(y));
            store u_store (.clk(clk));
            always @(posedge clk)
                if (a == 4'd0) begin end
        endmodule
        """;

    [Fact]
    public void Modules_their_instances_and_memories_are_found_comments_are_not()
    {
        var modules = VerilogScanner.Parse("design.v", Design);
        Assert.Equal(["leaf", "store", "top"], modules.Select(module => module.Name));
        Assert.Equal([new("leaf", 2), new("store", 1)], modules[2].Instances);
        Assert.Empty(modules[0].Instances);
        Assert.Equal((16 * 8) + 4, modules[1].MemoryBits);
        Assert.EndsWith(");", modules[0].Header, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_is_counted_by_its_columns()
    {
        // Bits 0 and 1 are those of the address, bit 2 is always 1, bit 3 always 0: nothing to choose; joins 2, 3; 1, 3; 0, 1 and 2, 3, of which 2, 3 is there already.
        var table = VerilogScanner.Parse("t.v", """
            module t (input wire [1:0] address, output wire [3:0] word);
                reg [3:0] entry;
                always @*
                    case (address)
                        2'd0: entry = 4'h4; // row 0
                        2'd1: entry = 4'h5;
                        2'd2: entry = 4'h6;
                        2'd3: entry = 4'd7;
                        default: entry = 4'h0;
                    endcase
                assign word = entry;
            endmodule
            """)[0].Table!;
        Assert.Equal(new ConstantTable(4, 4, 0, 4), table);
    }

    [Theory]
    [InlineData("module a (input x);", "line 1: expected a module that ends, found none")]
    [InlineData("\nmodule a #(parameter N = 1) (input x); endmodule", "line 2: expected module NAME (ports);, found module a #(parameter N = 1) (input x);")]
    [InlineData("`include \"x\"", "line 1: expected Verilog without parameters, preprocessor and generate, as `rtl emit` writes it, found '`include'")]
    [InlineData("/* no end", "line 1: expected the end of a comment, found the end of the file")]
    [InlineData("module a (x); reg b [0:99999999999]; endmodule", "line 1: expected a size of at most 2147483647, found 99999999999")]
    public void Faults_have_their_line(string text, string message) =>
        Assert.EndsWith(message, Assert.Throws<InputException>(() => VerilogScanner.Parse("design.v", text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Equal_modules_are_taken_once_and_counted_through_the_hierarchy()
    {
        const string Body = "(input wire a, output wire y);\n assign y = ~a;\nendmodule\n";
        const string Pair = "(input wire a, output wire y);\n wire b;\n {0} u_1 (.a(a), .y(b));\n {1} u_2 (.a(b), .y(y));\nendmodule\n";
        var text = $"module n1 {Body}module n2 {Body}module p1 {string.Format(Pair, "n1", "n2")}module p2 {string.Format(Pair, "n2", "n1")}module top {string.Format(Pair, "p1", "p2")}";
        var design = DesignHierarchy.Of("x", [new("x.v", text)], "top", new HashSet<string>());
        Assert.Equal([("n1", 4), ("p1", 2), ("top", 1)], design.Modules.Select(module => (module.Name, (int)module.Count)));
        Assert.Equal(["n1", "n2"], design.ByName["n1"].Names);
        Assert.Equal(["p1", "p2"], design.ByName["p1"].Names);
        Assert.DoesNotContain("p2", design.TextOf(design.ByName["top"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_repeated_and_endless_modules_are_named()
    {
        Assert.Contains("module 'other'", Fault("module a (input x); endmodule", "other"), StringComparison.Ordinal);
        Assert.Contains("a second one of this name", Fault("module a (input x); endmodule module a (input x); endmodule", "a"), StringComparison.Ordinal);
        Assert.Contains("none of this name", Fault("module a (input x);\n gone u (.x(x)); endmodule", "a"), StringComparison.Ordinal);
        Assert.Contains("does not hold itself", Fault("module a (input x);\n b u (.x(x)); endmodule module b (input x);\n a u (.x(x)); endmodule", "a"), StringComparison.Ordinal);

        static string Fault(string text, string top) => Assert.Throws<InputException>(() => DesignHierarchy.Of("x", [new("x.v", text)], top, new HashSet<string>())).Message;
    }
}
