using System.Globalization;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Execution;
using Accel.Rtl.Chip;

namespace Accel.Rtl.Tests.Chip;

/// <summary>A chip under Verilator: built once, then run on prompts and compared with the interpreter in every value.</summary>
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

    public ChipBench(QuantizedGraph graph, ChipDesign design, string folder)
    {
        Tool.Require("verilator", "verilator");
        (_graph, _design, _folder) = (graph, design, folder);
        var files = design.Print();
        foreach (var file in files)
        {
            File.WriteAllText(Path.Combine(folder, $"{file.Name}.v"), file.Text);
        }

        File.WriteAllText(Path.Combine(folder, "driver.cpp"), Driver);
        var names = files.Select(file => $"{file.Name}.v").ToArray();
        Tool.Run(
            folder, "verilator",
            ["-Wall", "-Wno-UNUSEDSIGNAL", "-Wno-DECLFILENAME", "-O3", "--cc", "--exe", "--build", "-j", "2", "-CFLAGS", "-O1", "--prefix", "Vchip", "--top-module", design.Top.Name, .. names, "driver.cpp"]);
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
        foreach (var line in Tool.Run(_folder, Path.Combine(_folder, "obj_dir", "Vchip"), [.. arguments]).Split('\n'))
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "v":
                    var (step, index, data) = (_design.Steps[int.Parse(words[1])], int.Parse(words[2]), long.Parse(words[3]));
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
