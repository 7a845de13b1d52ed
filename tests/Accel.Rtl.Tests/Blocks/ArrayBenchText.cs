using Accel.Rtl.Blocks.Arrays;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Tests.Blocks;

/// <summary>What a bench is made for.</summary>
/// <param name="Stall">Out of 16, how often weights or activations are held back.</param>
internal sealed record ArrayBenchSizes(int Tiles, int Drains, int Beats, int Activations, int Operands, int Stall);

/// <summary>A bench in Verilog that feeds an array from files and prints when it does what.</summary>
internal static class ArrayBenchText
{
    public static string Of(ArrayOptions options, ArrayBenchSizes sizes)
    {
        var group = options.IsOutputStationary && !options.HasMantissas ? "" : ".command_group(command_group[15:0]),";
        var groups = options.IsOutputStationary && options.HasMantissas ? ".command_groups(command_groups[15:0])," : "";
        var index = options.IsOutputStationary
            ? "bases[streamed] + (activation_row + h) * depths[streamed] + activation_start"
            : "bases[streamed] + activation_row * depths[streamed] + activation_start + h";
        return $$"""
            `timescale 1ns/1ns
            module bench;
                localparam PORT = {{options.PortBits}}, HEIGHT = {{options.Height}}, COLUMNS = {{options.Columns}}, READ = {{8 * options.ReadOutBytes}}, TILES = {{sizes.Tiles}}, DRAINS = {{sizes.Drains}}, PATIENCE = 2000;
                reg clk, rst_n, command_valid, command_accumulate, drain_valid, drain_scaled, draining;
                reg [31:0] command_rows, command_depth, command_outputs, command_group, command_groups, command_address, base;
                reg [31:0] drain_rows, drain_columns, drain_address, drain_stride, drain_type, scales, biases, row_scales, row_biases;
                reg signed [31:0] drain_sum_shift, drain_output_shift;
                reg [63:0] drain_limit;
                reg [PORT-1:0] beats [0:{{Math.Max(0, sizes.Beats - 1)}}];
                reg [15:0] activations [0:{{sizes.Activations - 1}}];
                reg [31:0] operands [0:{{sizes.Operands - 1}}];
                reg [31:0] bases [0:TILES], depths [0:TILES];
                reg [PORT-1:0] weight_data;
                reg weight_valid, activation_valid, taken, loaded, last;
                reg [8*HEIGHT-1:0] activation_data;
                reg [32*COLUMNS-1:0] drain_bias;
                reg [31:0] drain_scale;
                wire command_ready, weight_ready, activation_ready, activation_last, done, drain_ready, read_valid, drained;
                wire [{{Bits.Of(options.WordsPerLane) - 1}}:0] activation_row, drain_row;
                wire [15:0] activation_start, drain_column;
                wire activation_part;
                wire [{{Bits.Of(options.ReadOutBytes) - 1}}:0] read_bytes;
                wire [READ-1:0] read_data;
                integer file, drain_file, got, cycle, idle, next_beat, streamed, finished, given, read_out, h, index, c;
                {{options.Name}} dut (
                    .clk(clk), .rst_n(rst_n), .command_valid(command_valid), .command_ready(command_ready),
                    .command_rows(command_rows[{{Bits.Of(options.WordsPerLane) - 1}}:0]), .command_depth(command_depth[15:0]), .command_outputs(command_outputs[15:0]),
                    {{group}} {{groups}} .command_accumulate(command_accumulate), .command_address(command_address[{{options.AddressBits - 1}}:0]),
                    .weight_data(weight_data), .weight_valid(weight_valid), .weight_ready(weight_ready),
                    .activation_data(activation_data), .activation_valid(activation_valid), .activation_ready(activation_ready),
                    .activation_row(activation_row), .activation_start(activation_start), .activation_last(activation_last),
                    {{(options.ActivationBytes > 1 ? ".activation_part(activation_part)," : "")}} .done(done),
                    .drain_valid(drain_valid), .drain_ready(drain_ready), .drain_rows(drain_rows[{{Bits.Of(options.WordsPerLane) - 1}}:0]), .drain_columns(drain_columns[15:0]),
                    .drain_address(drain_address[{{options.AddressBits - 1}}:0]), .drain_stride(drain_stride[{{options.AddressBits - 1}}:0]), .drain_type(drain_type[1:0]),
                    .drain_sum_shift(drain_sum_shift[6:0]), .drain_output_shift(drain_output_shift[6:0]), .drain_scaled(drain_scaled), .drain_limit(drain_limit[62:0]),
                    .drain_scale(drain_scale), .drain_bias(drain_bias), .drain_row(drain_row), .drain_column(drain_column),
                    .read_valid(read_valid), .read_bytes(read_bytes), .read_data(read_data), .drained(drained));
                {{(options.ActivationBytes > 1 ? "" : "assign activation_part = 1'b0;")}}
                task fetch; begin
                    got = $fscanf(file, "%d %d %d %d %d %d %d %d", command_rows, command_depth, command_outputs, command_group, command_groups, command_accumulate, command_address, base);
                    command_valid = got == 8;
                    if (command_valid) begin bases[given] = base; depths[given] = command_depth; given = given + 1; end
                end endtask
                task fetch_drain; begin
                    got = $fscanf(drain_file, "%d %d %d %d %d %d %d %d %d %d %d",
                        drain_rows, drain_columns, drain_address, drain_stride, drain_type, drain_sum_shift, drain_output_shift, drain_scaled, drain_limit, scales, biases);
                    drain_valid = got == 11;
                end endtask
                always @* begin
                    weight_data = beats[next_beat];
                    for (h = 0; h < HEIGHT; h = h + 1) begin
                        index = {{index}};
                        activation_data[8*h +: 8] = activation_part ? activations[index][15:8] : activations[index][7:0];
                    end
                end
                always @* begin
                    drain_scale = operands[row_scales + drain_row];
                    for (c = 0; c < COLUMNS; c = c + 1) drain_bias[32*c +: 32] = operands[row_biases + drain_column + c];
                end
                initial begin
                    $readmemh("beats.hex", beats);
                    $readmemh("activations.hex", activations);
                    $readmemh("operands.hex", operands);
                    file = $fopen("commands.txt", "r");
                    drain_file = $fopen("drains.txt", "r");
                    clk = 0; rst_n = 0; command_valid = 0; weight_valid = 0; activation_valid = 0; drain_valid = 0; draining = 0;
                    next_beat = 0; streamed = 0; finished = 0; given = 0; read_out = 0;
                    for (cycle = 0; cycle < 3; cycle = cycle + 1) begin #1 clk = 1; #1 clk = 0; end
                    rst_n = 1;
                    fetch;
                    idle = 0;
                    for (cycle = 0; idle < PATIENCE && finished < TILES; cycle = cycle + 1) begin
                        weight_valid = ($random & 15) >= {{sizes.Stall}};
                        activation_valid = ($random & 15) >= {{sizes.Stall}};
                        #1;
                        if (done) begin $display("done %0d", cycle); finished = finished + 1; end
                        taken = command_valid & command_ready; loaded = weight_valid & weight_ready; last = activation_last;
                        idle = taken | loaded | last | (activation_valid & activation_ready) ? 0 : idle + 1;
                        clk = 1; #1;
                        if (taken) begin $display("taken %0d", cycle); fetch; end
                        if (loaded) next_beat = next_beat + 1;
                        if (last) streamed = streamed + 1;
                        clk = 0;
                    end
                    fetch_drain;
                    idle = 0;
                    for (cycle = 0; idle < PATIENCE && read_out < DRAINS; cycle = cycle + 1) begin
                        #1;
                        if (drained) begin $display("drained %0d", cycle); read_out = read_out + 1; end
                        if (read_valid) $display("beat %0d %h", read_bytes, read_data);
                        taken = drain_valid & drain_ready;
                        idle = taken | read_valid ? 0 : idle + 1;
                        clk = 1; #1;
                        if (taken) begin $display("drain %0d", cycle); row_scales = scales; row_biases = biases; fetch_drain; end
                        clk = 0;
                    end
                    if (finished == TILES && next_beat == {{sizes.Beats}} && read_out == DRAINS) $display("end");
                    else $display("stopped: %0d products, %0d beats, %0d drains", finished, next_beat, read_out);
                    $finish;
                end
            endmodule
            """;
    }
}
