using Accel.Compiler.Quantization;
using Accel.Rtl.Verification;

namespace Accel.Rtl.Tests.Verification;

/// <summary>
/// A chip of a page, with the ports of a generated one: the next token is a hash of the sum of all before it. Small enough that its
/// faults are planted by hand, to see that the bench finds them.
/// </summary>
internal static class Echo
{
    public const string Top = "echo";

    public static string Text { get; } =
        """
        module echo (
            input wire clk, input wire rst_n,
            input wire [15:0] s_axis_tdata, input wire s_axis_tvalid, input wire s_axis_tlast, output wire s_axis_tready,
            output wire [15:0] m_axis_tdata, output wire m_axis_tvalid, output wire m_axis_tlast, input wire m_axis_tready,
            input wire [15:0] token_limit, input wire stop_enable, input wire [15:0] stop_token,
            input wire [15:0] inverse_temperature, input wire [63:0] seed,
            output wire busy, output wire computing, output reg [15:0] position, output reg token_done, output reg [31:0] cycles,
            output reg probe_valid, output reg [15:0] probe_step, output reg [15:0] probe_index, output reg signed [31:0] probe_data
        );
            localparam IDLE = 2'd0, WORK = 2'd1, OFFER = 2'd2;
            reg [1:0] state;
            reg [15:0] sum, token, sent;
            reg [31:0] count;
            reg last;
            wire [31:0] length = 32'd10 + {16'd0, position};
            wire [15:0] next = sum * 16'd5 + 16'd3 + (inverse_temperature != 16'd0 ? seed[15:0] : 16'd0);
            assign s_axis_tready = state == IDLE;
            assign m_axis_tvalid = state == OFFER;
            assign m_axis_tdata = token;
            assign m_axis_tlast = sent + 16'd1 == token_limit;
            assign computing = state == WORK;
            assign busy = state != IDLE || position != 16'd0;
            always @(posedge clk) begin
                token_done <= 1'b0;
                probe_valid <= 1'b0;
                if (!rst_n) begin
                    state <= IDLE;
                    position <= 16'd0;
                    sent <= 16'd0;
                    sum <= 16'd0; // reset
                end else case (state)
                    IDLE: if (s_axis_tvalid) begin
                        sum <= sum + s_axis_tdata;
                        last <= s_axis_tlast;
                        state <= WORK;
                        count <= 32'd0;
                    end
                    WORK: begin
                        count <= count + 32'd1;
                        probe_valid <= count < 32'd3;
                        probe_step <= 16'd2;
                        probe_index <= count[15:0];
                        probe_data <= $signed({16'd0, sum}) - $signed(count);
                        if (count == length - 32'd1) begin
                            position <= position + 16'd1;
                            token_done <= 1'b1;
                            cycles <= count + 32'd1;
                            token <= {10'd0, next[5:0]};
                            state <= last ? OFFER : IDLE;
                        end
                    end
                    default: if (m_axis_tready) begin
                        sent <= sent + 16'd1;
                        sum <= sum + token;
                        state <= WORK;
                        count <= 32'd0;
                        if (m_axis_tlast) begin
                            state <= IDLE;
                            position <= 16'd0;
                            sent <= 16'd0;
                            sum <= 16'd0; // forget
                        end
                    end
                endcase
            end
        endmodule

        """;

    /// <summary>What a right chip does.</summary>
    public static TestRun Run(int[] prompt, int count, ushort inverseTemperature = 0, ulong state = 0)
    {
        var (sum, tokens) = (0, new int[count]);
        for (var position = 0; position < prompt.Length + count - 1; position++)
        {
            sum += position < prompt.Length ? prompt[position] : tokens[position - prompt.Length];
            if (position >= prompt.Length - 1)
            {
                tokens[position - prompt.Length + 1] = ((sum * 5) + 3 + (inverseTemperature > 0 ? (int)(state & 0xFFFF) : 0)) & 63;
            }
        }

        return new(new SamplingSettings(inverseTemperature, state), prompt, tokens, [.. Enumerable.Range(10, prompt.Length + count - 1).Select(n => (long)n)]);
    }

    /// <summary>A folder with a bench for this text.</summary>
    public static TestBench Build(string folder, Simulator simulator, string text, bool waves = false)
    {
        Directory.CreateDirectory(Path.Combine(folder, "bench"));
        foreach (var (name, source) in TestBench.Sources)
        {
            File.WriteAllText(Path.Combine(folder, name), source);
        }

        File.WriteAllText(Path.Combine(folder, "echo.v"), text);
        return TestBench.Build(folder, Top, ["echo.v"], hasProbe: true, simulator, waves);
    }
}
