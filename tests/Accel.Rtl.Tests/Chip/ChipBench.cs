using System.Globalization;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Execution;
using Accel.Rtl.Chip;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Tests.Chip;

/// <summary>A chip in a simulator, run on prompts and compared with the interpreter in every value.</summary>
internal sealed class ChipBench
{
    private const string Driver =
        """
        #include <cstdint>
        #include <cstdio>
        #include <cstdlib>
        #include "Vchip.h"
        #include "verilated.h"

        // chip LIMIT TEMPERATURE SEED PROBE SALT TOKEN...: a sequence; both streams stall by a generator that SALT starts.
        int main(int count, char** words) {
            Vchip chip;
            uint32_t limit = atoi(words[1]), salt = atoi(words[5]) * 2654435761u + 1;
            bool probe = atoi(words[4]) != 0;
            int sent = 6;
            auto stall = [&] { salt = salt * 1664525u + 1013904223u; return (salt >> 24) & 3; };
            chip.rst_n = 0; chip.clk = 0; chip.s_axis_tvalid = 0; chip.m_axis_tready = 0;
            for (int i = 0; i < 3; ++i) { chip.clk = 0; chip.eval(); chip.clk = 1; chip.eval(); }
            chip.rst_n = 1;
            chip.token_limit = limit; chip.stop_enable = 0; chip.stop_token = 0;
            chip.inverse_temperature = atoi(words[2]); chip.seed = strtoull(words[3], nullptr, 10);
            for (uint64_t clock = 0, idle = 0; idle < 4000000; ++clock, ++idle) {
                chip.clk = 0;
                chip.s_axis_tvalid = sent < count && stall() == 0;
                chip.s_axis_tdata = sent < count ? atoi(words[sent]) : 0;
                chip.s_axis_tlast = sent == count - 1;
                chip.m_axis_tready = stall() == 0;
                chip.eval();
                if (probe && chip.probe_valid) printf("v %u %u %d\n", chip.probe_step, chip.probe_index, (int)chip.probe_data);
                if (chip.token_done) { printf("c %u %u\n", chip.position, chip.cycles); idle = 0; }
                if (chip.s_axis_tvalid && chip.s_axis_tready) ++sent;
                if (chip.m_axis_tvalid && chip.m_axis_tready) {
                    printf("t %u\n", chip.m_axis_tdata);
                    if (chip.m_axis_tlast) { printf("e %llu\n", (unsigned long long)clock); return 0; }
                }
                chip.clk = 1; chip.eval();
            }
            printf("stuck\n");
            return 3;
        }
        """;

    private readonly QuantizedGraph _graph;
    private readonly ChipDesign _design;
    private readonly string _folder;
    private readonly bool _isIcarus;
    private readonly List<string> _files = [];

    private ChipBench(QuantizedGraph graph, ChipDesign design, string folder, bool isIcarus, DesignView view)
    {
        (_graph, _design, _folder, _isIcarus) = (graph, design, folder, isIcarus);
        foreach (var file in design.Print(view))
        {
            _files.Add($"{file.Name}.v");
            File.WriteAllText(Path.Combine(folder, $"{file.Name}.v"), file.Text);
        }
    }

    /// <summary>A chip as a program: slow to build, fast to run; lint with every warning on the way.</summary>
    public static ChipBench Verilated(QuantizedGraph graph, ChipDesign design, string folder, DesignView view = DesignView.Simulation)
    {
        Tool.Require("verilator", "verilator");
        var bench = new ChipBench(graph, design, folder, isIcarus: false, view);
        File.WriteAllText(Path.Combine(folder, "driver.cpp"), Driver);
        Tool.Run(
            folder, "verilator",
            [
                "-Wall", "-Wno-UNUSEDSIGNAL", "-Wno-DECLFILENAME", "-O3", "--cc", "--exe", "--build", "-j", "2", "-CFLAGS", "-O1", "--prefix", "Vchip",
                "--top-module", design.Top.Name, .. bench._files, "driver.cpp",
            ]);
        return bench;
    }

    /// <summary>A chip interpreted: fast to build, and what was never written is unknown.</summary>
    public static ChipBench Icarus(QuantizedGraph graph, ChipDesign design, string folder, DesignView view = DesignView.Simulation)
    {
        Tool.Require("iverilog", "iverilog");
        return new ChipBench(graph, design, folder, isIcarus: true, view);
    }

    /// <summary>Runs a sequence and compares tokens, cycles, and every value that probes show.</summary>
    /// <returns>Clock cycles of the run.</returns>
    public long Compare(ReadOnlySpan<int> prompt, int count, SamplingSettings settings, bool probe, int salt = 1)
    {
        var expected = new List<Dictionary<int, long[]>>();
        var generator = new TokenGenerator(_graph, _design.Interface.ContextLength) { Observer = (_, interpreter) => Keep(interpreter, expected, probe) };
        var tokens = generator.Continue(prompt, count, settings);
        var arguments = new List<string> { $"{count}", $"{settings.InverseTemperature}", settings.State.ToString(CultureInfo.InvariantCulture), probe ? "1" : "0", $"{salt}" };
        foreach (var token in prompt)
        {
            arguments.Add($"{token}");
        }

        var (position, produced, clock) = (0, 0, 0L);
        var lines = _isIcarus ? RunIcarus([prompt.ToArray()], count, null, settings) : Tool.Run(_folder, Path.Combine(_folder, "obj_dir", "Vchip"), [.. arguments]);
        foreach (var line in lines.Split('\n', StringSplitOptions.TrimEntries))
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "v":
                    var (step, index, data) = (_design.Steps[int.Parse(words[1])], int.Parse(words[2]), words[3] == "x" ? long.MinValue : long.Parse(words[3]));
                    var values = expected[position][step.Value!.Id];
                    Assert.True(index < values.Length && values[index] == data, $"position {position}, {step.Name} ({step.Unit}) [{index}]: expected {(index < values.Length ? values[index] : -1)}, got {data}");
                    values[index] = long.MaxValue;
                    break;
                case "c":
                    var generates = position >= prompt.Length - 1;
                    if (probe)
                    {
                        foreach (var shown in _design.Steps.Where(s => s.Value is not null && (generates || !s.OnlyGenerating)))
                        {
                            var missing = Array.FindIndex(expected[position][shown.Value!.Id], value => value != long.MaxValue);
                            Assert.True(missing < 0, $"position {position}, {shown.Name} ({shown.Unit}) [{missing}] was not written");
                        }
                    }

                    Assert.Equal(++position, int.Parse(words[1]));
                    Assert.Equal(_design.Cycles.Of(position - 1, generates, settings.InverseTemperature != 0), long.Parse(words[2]));
                    break;
                case "t":
                    Assert.True(tokens[produced] == int.Parse(words[1]), $"token {produced}: expected {tokens[produced]}, got {words[1]}");
                    produced++;
                    break;
                case "e":
                    clock = long.Parse(words[1]);
                    break;
            }
        }

        Assert.Equal(count, produced);
        return clock;
    }

    /// <summary>Sequences one behind the other, without a reset between: the tokens of each, as far as its last was marked.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Sequences(IReadOnlyList<int[]> prompts, int limit, int? stop, SamplingSettings settings)
    {
        var sequences = new List<IReadOnlyList<int>>();
        var tokens = new List<int>();
        foreach (var words in RunIcarus(prompts, limit, stop, settings).Split('\n').Select(line => line.Split(' ')))
        {
            if (words[0] == "t")
            {
                tokens.Add(int.Parse(words[1]));
            }
            else if (words[0] == "e")
            {
                sequences.Add(tokens);
                tokens = [];
            }
        }

        Assert.Empty(tokens);
        return sequences;
    }

    private string RunIcarus(IReadOnlyList<int[]> prompts, int count, int? stop, SamplingSettings settings)
    {
        var inputs = prompts.SelectMany(prompt => prompt.Select((token, i) => (token, IsLast: i == prompt.Length - 1))).ToList();
        var tokens = string.Concat(inputs.Select((input, i) => $"prompt[{i}] = {(input.IsLast ? 1 << 16 : 0) | input.token}; "));
        File.WriteAllText(
            Path.Combine(_folder, "bench.v"),
            $$"""
            module bench;
                reg clk = 0, rst_n = 0;
                reg [16:0] prompt [0:{{inputs.Count}}];
                integer sent = 0, clock = 0, ended = 0;
                wire s_ready, m_valid, m_last, done, probe;
                wire [15:0] token, position, step, index;
                wire [31:0] cycles;
                wire signed [31:0] data;
                wire s_valid = sent < {{inputs.Count}} && clock % 3 != 0;
                wire m_ready = clock % 5 != 0;
                {{_design.Top.Name}} chip (
                    .clk(clk), .rst_n(rst_n), .s_axis_tdata(prompt[sent][15:0]), .s_axis_tvalid(s_valid), .s_axis_tlast(prompt[sent][16]), .s_axis_tready(s_ready),
                    .m_axis_tdata(token), .m_axis_tvalid(m_valid), .m_axis_tlast(m_last), .m_axis_tready(m_ready),
                    .token_limit(16'd{{count}}), .stop_enable(1'b{{(stop is null ? 0 : 1)}}), .stop_token(16'd{{stop ?? 0}}), .inverse_temperature(16'd{{settings.InverseTemperature}}),
                    .seed(64'd{{settings.State}}), .busy(), .computing(), .position(position), .token_done(done), .cycles(cycles),
                    .probe_valid(probe), .probe_step(step), .probe_index(index), .probe_data(data));
                always #5 clk = ~clk;
                initial begin {{tokens}} prompt[{{inputs.Count}}] = 0; #33 rst_n = 1; end
                always @(posedge clk) if (rst_n) begin
                    clock <= clock + 1;
                    if (probe === 1'b1) $display("v %0d %0d %0d", step, index, data);
                    if (done === 1'b1) $display("c %0d %0d", position, cycles);
                    if (s_valid && s_ready) sent <= sent + 1;
                    if (m_valid === 1'b1 && m_ready) begin
                        $display("t %0d", token);
                        if (m_last) begin
                            $display("e %0d", clock);
                            ended <= ended + 1;
                            if (ended == {{prompts.Count - 1}}) $finish;
                        end
                    end
                    if (clock > 2000000) $finish;
                end
            endmodule

            """);
        Tool.Run(_folder, "iverilog", ["-g2001", "-o", "bench", "bench.v", .. _files]);
        return Tool.Run(_folder, "vvp", "-n", "bench");
    }

    private void Keep(Interpreter interpreter, List<Dictionary<int, long[]>> expected, bool probe)
    {
        if (!probe)
        {
            return;
        }

        expected.Add(_graph.Values.ToDictionary(value => value.Id, value => value switch
        {
            LaneValue lanes => interpreter.Lanes(lanes).ToArray().Select(lane => (long)lane).ToArray(),
            CodeValue codes => [.. interpreter.Codes(codes).ToArray().Select(code => (long)code), interpreter.Scales(codes)[0]],
            _ => [],
        }));
    }
}
