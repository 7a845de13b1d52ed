using Accel.Rtl.Hdl;

namespace Accel.Rtl.Tests.Hdl;

public sealed class ModuleTests
{
    [Fact]
    public void A_module_prints_as_readable_Verilog()
    {
        Assert.Equal(
            """
            // Adds up words until told to stop.
            module adder (
                input  wire clk,
                input  wire rst_n, // synchronous, low
                input  wire start,
                input  wire [2:0] address, // of the next word
                output wire signed [11:0] sum,
                output wire busy
            );
                reg state;
                reg signed [11:0] total;
                localparam [0:0] STATE_IDLE = 1'd0;
                localparam [0:0] STATE_RUN = 1'd1;
                wire [7:0] u_rom_word;

                // The table is logic.
                rom u_rom (
                    .address(address),
                    .word(u_rom_word)
                );
                wire signed [12:0] next = $signed({total[11], total}) + $signed({{5{u_rom_word[7]}}, u_rom_word});
                assign sum = total;
                assign busy = state == STATE_RUN;

                always @(posedge clk)
                    if (!rst_n) state <= 1'd0;
                    else if ((state == STATE_IDLE) & start) state <= STATE_RUN;
                    else if ((state == STATE_RUN) & (address == 3'd0)) state <= STATE_IDLE;

                always @(posedge clk)
                    if (start) total <= 12'sd0;
                    else if (state == STATE_RUN) total <= $signed(next[11:0]);
            endmodule

            """,
            VerilogPrinter.Print(Adder())[1].Text);
    }

    [Fact]
    public void A_lookup_prints_as_a_case() =>
        Assert.Equal(
            """
            // Three bytes.
            module rom (
                input  wire [2:0] address,
                output wire [7:0] word
            );
                reg [7:0] entry;
                always @*
                    case (address)
                        3'd0: entry = 8'd1; // w0
                        3'd1: entry = 8'd254; // w1
                        3'd2: entry = 8'd3; // w2
                        default: entry = 8'd0;
                    endcase
                assign word = entry;
            endmodule

            """,
            VerilogPrinter.Print(Adder())[0].Text);

    [Fact]
    public void Printing_twice_gives_the_same_bytes() => Assert.Equal(VerilogPrinter.PrintText(Adder()), VerilogPrinter.PrintText(Adder()));

    [Fact]
    public void A_wire_without_a_driver_is_found()
    {
        var m = new Module("m", "open wire");
        m.Output("y", m.Forward("x"));

        Assert.Contains("'x' has no driver", Assert.Throws<InvalidOperationException>(() => VerilogPrinter.Print(m)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_open_input_is_found()
    {
        var m = new Module("m", "open input");
        m.Output("y", m.Instance(Rom(), "u_rom")["word"]);

        Assert.Contains("input 'address' of rom is open", Assert.Throws<InvalidOperationException>(() => VerilogPrinter.Print(m)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Faulty_names_and_values_are_refused_where_they_are_made()
    {
        var m = new Module("m", "names");
        m.Input("a");

        Assert.Throws<ArgumentException>(() => m.Input("a"));
        Assert.Throws<ArgumentException>(() => m.Input("reg"));
        Assert.Throws<ArgumentException>(() => m.Input("2a"));
        Assert.Throws<WidthException>(() => m.Register("r", 2, reset: 4));
        Assert.Throws<WidthException>(() => m.Lookup("t", m.Input("s", 1), 4, [1, 2, 3]));
        Assert.Throws<WidthException>(() => m.Lookup("t", m.Input("s2", 2), 4, [16]));
        Assert.Throws<ArgumentException>(() => m.Instance(Rom(), "u_rom").Signed("word"));
        Assert.Throws<WidthException>(() => m.Instance(Rom(), "u_rom2").Connect("address", m.Input("b", 2)));
    }

    [Fact]
    public void Two_modules_of_one_name_are_refused()
    {
        var m = new Module("m", "two roms");
        m.Instance(Rom(), "a").Connect("address", m.Input("x", 3));
        m.Instance(Rom(), "b").Connect("address", m.Input("y", 3));

        Assert.Contains("two modules are called 'rom'", Assert.Throws<InvalidOperationException>(() => VerilogPrinter.Print(m)).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_memory_gives_a_word_one_cycle_later_and_the_old_one_when_it_is_written()
    {
        Tool.Require("iverilog", "iverilog");
        var folder = Tool.Folder("memory");
        var text = VerilogPrinter.PrintText(new MemoryMacro("ram", "test", 5, 9, 2).Module);
        File.WriteAllText(
            Path.Combine(folder, "bench.v"),
            text + """
            module bench;
              reg clk = 0, write = 0, r0 = 0, r1 = 0;
              reg [2:0] wa, a0, a1; reg [8:0] d;
              wire [8:0] q0, q1;
              ram ram (.clk(clk), .write(write), .write_address(wa), .write_data(d), .read_0(r0), .read_address_0(a0), .read_1(r1), .read_address_1(a1),
                       .read_data_0(q0), .read_data_1(q1));
              always #1 clk = ~clk;
              initial begin
                @(negedge clk); write = 1; wa = 4; d = 300;
                @(negedge clk); wa = 3; d = 77; r0 = 1; a0 = 4;
                @(negedge clk); $display("%0d", q0); d = 78; a0 = 3; r1 = 1; a1 = 3;
                @(negedge clk); $display("%0d %0d", q0, q1); write = 0; r0 = 0; a0 = 4;
                @(negedge clk); $display("%0d %0d", q0, q1); $finish;
              end
            endmodule

            """);

        Tool.Run(folder, "iverilog", "-g2001", "-o", "bench", "bench.v");

        Assert.Equal("300\n77 77\n77 78\n", Tool.Run(folder, "vvp", "-n", "bench"));
    }

    private static Module Rom()
    {
        var m = new Module("rom", "Three bytes.");
        m.Output("word", m.Lookup("entry", m.Input("address", 3), 8, [1, -2, 3], i => $"w{i}"));
        return m;
    }

    private static Module Adder()
    {
        var m = new Module("adder", "Adds up words until told to stop.");
        var start = m.Input("start");
        var address = m.Input("address", 3, "of the next word");
        var state = m.StateMachine("state", "idle", "run");
        m.Comment("The table is logic.");
        var word = m.Instance(Rom(), "u_rom").Connect("address", address)["word"].AsSigned();
        var total = m.RegisterSigned("total", 12);
        var next = m.Wire("next", total.Value + word);
        state.Go("idle", start, "run");
        state.Go("run", address.Is(0), "idle");
        total.Next(start, 0).Next(state.In("run"), next.Truncate(12));
        m.Output("sum", total.Value);
        m.Output("busy", state.In("run"));
        return m;
    }
}
