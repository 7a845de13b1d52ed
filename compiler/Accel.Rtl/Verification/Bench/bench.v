// The bench in plain Verilog: drives a chip with prompts, holds back both streams at random, and compares every token and the
// cycles of every position with a file. For Icarus Verilog and its like:
//
//   iverilog -g2001 -DCHIP=name -o bench.vvp bench/bench.v rtl/*.v
//   vvp -n bench.vvp +vectors=vectors.txt [+transcript=FILE] [+probe] [+only +run=R +position=P +step=S] [+vcd=FILE] [+seed=N] [+no-stalls]
//
// Define PROBE if the chip has probes. The transcript is that of bench.cpp. The last line begins with PASS or FAIL.
`timescale 1ns / 1ps
module bench;
    localparam MOST_TOKENS = 65536;
    localparam MOST_STEPS = 65536;

    reg clk, rst_n;
    reg [15:0] s_axis_tdata, token_limit, inverse_temperature;
    reg s_axis_tvalid, s_axis_tlast, m_axis_tready;
    reg [63:0] seed;
    wire s_axis_tready, m_axis_tvalid, m_axis_tlast, busy, computing, token_done;
    wire [15:0] m_axis_tdata, position;
    wire [31:0] cycles;
    wire probe_valid;
    wire [15:0] probe_step, probe_index;
    wire signed [31:0] probe_data;

    `CHIP chip (
        .clk(clk), .rst_n(rst_n),
        .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid), .s_axis_tlast(s_axis_tlast), .s_axis_tready(s_axis_tready),
        .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid), .m_axis_tlast(m_axis_tlast), .m_axis_tready(m_axis_tready),
        .token_limit(token_limit), .stop_enable(1'b0), .stop_token(16'd0),
        .inverse_temperature(inverse_temperature), .seed(seed),
`ifdef PROBE
        .probe_valid(probe_valid), .probe_step(probe_step), .probe_index(probe_index), .probe_data(probe_data),
`endif
        .busy(busy), .computing(computing), .position(position), .token_done(token_done), .cycles(cycles)
    );
`ifndef PROBE
    assign probe_valid = 1'b0;
    assign probe_step = 16'd0;
    assign probe_index = 16'd0;
    assign probe_data = 32'd0;
`endif

    reg [8*1024-1:0] vectors_name, transcript_name, vcd_name;
    integer vectors, transcript, random_state, failures, got;
    integer runs, run, inverse, prompt_count, token_count, i;
    integer only_run, only_position, only_step;
    reg [31:0] state_high, state_low, number;
    reg [15:0] prompt [0:MOST_TOKENS-1];
    reg [15:0] expected [0:MOST_TOKENS-1];
    reg [31:0] cycle_table [0:2*MOST_TOKENS-1];
    reg [63:0] hashes [0:MOST_STEPS-1];
    reg [31:0] elements [0:MOST_STEPS-1];
    reg stalls, probes, only, quiet, finished, offered;
    reg [15:0] held;
    integer send_stall, take_stall, sent, received, done_count, idle, clock, counted, end_clock, all_tokens, draw, most_step;
    reg [63:0] z;

    // Mostly no cycles or few, now and then many.
    task hold_back(output integer count);
        begin
            draw = $random(random_state);
            count = 0;
            if (stalls && (draw & 7) >= 3) count = (draw & 7) < 7 ? (draw >> 8) & 7 : (draw >> 8) & 255;
        end
    endtask

    task fail(input [8*32-1:0] what, input integer index, input [31:0] wanted, input [31:0] found);
        if (!quiet) begin
            failures = failures + 1;
            if (failures <= 10) $display("run %0d: %0s %0d: expected %0d, found %0d (clock %0d)", run, what, index, wanted, found, clock);
        end
    endtask

    task edge_of_clock;
        begin
            #5 clk = 1'b1;
            #5 clk = 1'b0;
            clock = clock + 1;
        end
    endtask

    task reset;
        begin
            rst_n = 1'b0;
            s_axis_tvalid = 1'b0;
            m_axis_tready = 1'b0;
            for (i = 0; i < 4; i = i + 1) edge_of_clock;
            rst_n = 1'b1;
        end
    endtask

    task read_number;
        begin
            got = $fscanf(vectors, "%d", number);
            if (got != 1) begin
                $display("FAIL: the vectors end too early");
                $finish;
            end
        end
    endtask

    task read_run;
        begin
            read_number; inverse = number;
            read_number; state_high = number;
            read_number; state_low = number;
            read_number; prompt_count = number;
            read_number; token_count = number;
            for (i = 0; i < prompt_count; i = i + 1) begin read_number; prompt[i] = number[15:0]; end
            for (i = 0; i < token_count; i = i + 1) begin read_number; expected[i] = number[15:0]; end
            for (i = 0; i < prompt_count + token_count - 1; i = i + 1) begin read_number; cycle_table[i] = number; end
        end
    endtask

    task see_probe;
        if (probe_valid === 1'b1 && !quiet) begin
            if (probes) begin
                z = {16'd0, probe_index, probe_data} * 64'h9E3779B97F4A7C15;
                z = (z ^ (z >> 29)) * 64'hBF58476D1CE4E5B9;
                z = z ^ (z >> 32);
                hashes[probe_step] = hashes[probe_step] + z;
                elements[probe_step] = elements[probe_step] + 1;
                if (probe_step > most_step) most_step = probe_step;
            end
            if (only && run == only_run && done_count == only_position && probe_step == only_step)
                $fdisplay(transcript, "element %0d %0d", probe_index, probe_data);
        end
    endtask

    task finish_position;
        begin
            if (!quiet) begin
                for (i = 0; i <= most_step; i = i + 1)
                    if (elements[i] != 0) begin
                        $fdisplay(transcript, "value %0d %0d %0d %0d %h", run, done_count, i, elements[i], hashes[i]);
                        elements[i] = 0;
                        hashes[i] = 0;
                    end
                $fdisplay(transcript, "cycles %0d %0d %0d", run, done_count, cycles);
            end
            if (done_count >= prompt_count + token_count - 1) fail("positions beyond", done_count, prompt_count + token_count - 1, done_count + 1);
            else if (cycles !== cycle_table[done_count]) fail("cycles of position", done_count, cycle_table[done_count], cycles);
            if (cycles !== counted) fail("port cycles at position", done_count, counted, cycles);
            counted = 0;
            done_count = done_count + 1;
            if (position !== done_count[15:0]) fail("port position behind position", done_count - 1, done_count, position);
        end
    endtask

    task drive;
        reg send, take, done;
        begin
            token_limit = token_count;
            inverse_temperature = inverse;
            seed = {state_high, state_low};
            sent = 0; received = 0; done_count = 0; idle = 0; offered = 1'b0; held = 16'd0; finished = 1'b0; counted = 0;
            hold_back(send_stall);
            hold_back(take_stall);
            while (!finished) begin
                s_axis_tvalid = sent < prompt_count && send_stall == 0;
                s_axis_tdata = sent < prompt_count ? prompt[sent] : 16'd0;
                s_axis_tlast = sent + 1 == prompt_count;
                m_axis_tready = take_stall == 0;
                #1;
                send = (s_axis_tvalid & s_axis_tready) === 1'b1;
                take = (m_axis_tvalid & m_axis_tready) === 1'b1;
                done = token_done === 1'b1;
                if ((^{s_axis_tready, m_axis_tvalid, token_done, busy, computing}) === 1'bx) begin
                    fail("an unknown level, position", done_count, 0, 0);
                    finished = 1'b1;
                end
                if (offered && (m_axis_tvalid !== 1'b1 || m_axis_tdata !== held)) fail("token changed while offered:", received, held, m_axis_tdata);
                offered = (m_axis_tvalid & ~m_axis_tready) === 1'b1;
                held = m_axis_tdata;
                if (take && received < token_count && m_axis_tlast !== (received + 1 == token_count)) fail("tlast of token", received, received + 1 == token_count, m_axis_tlast);
                see_probe;
                if (computing === 1'b1) counted = counted + 1;
                if (done) finish_position;
                if (received >= token_count && done_count >= prompt_count + token_count - 1 && busy === 1'b0) finished = 1'b1;
                if (clock >= end_clock) finished = 1'b1;
                if (received > token_count + 2 || done_count > prompt_count + token_count + 1) finished = 1'b1;
                if (!finished) begin
                    if (take) begin
                        if (!quiet) $fdisplay(transcript, "token %0d %0d %0d", run, received, m_axis_tdata);
                        if (received >= token_count) fail("tokens beyond", token_count, token_count, received + 1);
                        else if (m_axis_tdata !== expected[received]) fail("token", received, expected[received], m_axis_tdata);
                        received = received + 1;
                    end
                    edge_of_clock;
                    if (send_stall > 0) send_stall = send_stall - 1;
                    if (take_stall > 0) take_stall = take_stall - 1;
                    if (send) begin sent = sent + 1; hold_back(send_stall); end
                    if (take) hold_back(take_stall);
                    idle = send || take || done ? 0 : idle + 1;
                    if (idle > 4 * cycle_table[prompt_count + token_count - 2] + 10000) begin
                        fail("the chip stands still at", done_count, 0, 0);
                        finished = 1'b1;
                    end
                end
            end
        end
    endtask

    initial begin
        clk = 1'b0; clock = 0; failures = 0; all_tokens = 0; most_step = 0;
        for (i = 0; i < MOST_STEPS; i = i + 1) begin elements[i] = 0; hashes[i] = 0; end
        if (!$value$plusargs("vectors=%s", vectors_name)) begin
            $display("FAIL: +vectors=FILE is missing");
            $finish;
        end
        if (!$value$plusargs("transcript=%s", transcript_name)) transcript_name = "/dev/null";
        if (!$value$plusargs("seed=%d", random_state)) random_state = 1;
        if (!$value$plusargs("run=%d", only_run)) only_run = -1;
        if (!$value$plusargs("position=%d", only_position)) only_position = -1;
        if (!$value$plusargs("step=%d", only_step)) only_step = -1;
        stalls = !$test$plusargs("no-stalls");
        probes = $test$plusargs("probe") != 0;
        only = $test$plusargs("only") != 0;
        if ($value$plusargs("vcd=%s", vcd_name)) begin
            $dumpfile(vcd_name);
            $dumpvars(0, bench);
        end
        vectors = $fopen(vectors_name, "r");
        transcript = $fopen(transcript_name, "w");
        if (vectors == 0 || transcript == 0) begin
            $display("FAIL: a file cannot be opened");
            $finish;
        end
        read_number;
        runs = number;
        for (run = 0; run < runs; run = run + 1) begin
            read_run;
            all_tokens = all_tokens + token_count;
            if (run % 2 == 0) begin
                // Left in the middle of something: only a complete reset makes the run right.
                reset;
                quiet = 1'b1;
                end_clock = clock + cycle_table[0] + 17;
                drive;
                reset;
            end
            quiet = 1'b0;
            end_clock = 32'h7FFFFFFF;
            drive;
        end
        $fclose(transcript);
        if (failures == 0) $display("PASS: %0d runs, %0d tokens, %0d clock cycles: all as expected", runs, all_tokens, clock);
        else $display("FAIL: %0d differences", failures);
        $finish;
    end
endmodule
