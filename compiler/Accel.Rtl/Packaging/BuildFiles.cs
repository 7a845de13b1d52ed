using System.Text;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Packaging;

/// <summary>The files that other tools read: make, FuseSoC, Yosys, timing analysers.</summary>
internal static class BuildFiles
{
    public static string Makefile(ChipReport report) =>
        $"""
        # Builds and runs the benches of this folder. Tools: verilator and g++, or iverilog; yosys for synth.
        TOP := {report.Top}
        RTL := {List(report, DesignView.Simulation)}{SynthesisList(report)}

        # Every token and every cycle against vectors.txt, compiled.
        check: build/verilator/bench
        	./build/verilator/bench vectors.txt

        build/verilator/bench: $(RTL) bench/bench.cpp
        	mkdir -p build
        	verilator --cc --exe --build -j 2 -O3 --x-initial unique --x-assign unique -Wno-fatal --top-module $(TOP) --prefix Vchip \
        	    --Mdir build/verilator -CFLAGS "-O1{(report.HasProbe ? " -DBENCH_PROBE" : "")}" -o bench $(RTL) $(CURDIR)/bench/bench.cpp

        # The same, interpreted, with unknown levels: slow.
        icarus: build/bench.vvp
        	vvp -n build/bench.vvp +vectors=vectors.txt | tee build/icarus.log
        	grep -q '^PASS' build/icarus.log

        build/bench.vvp: $(RTL) bench/bench.v
        	mkdir -p build
        	iverilog -g2001 -DCHIP=$(TOP){(report.HasProbe ? " -DPROBE" : "")} -o $@ bench/bench.v $(RTL)

        lint:
        	verilator --lint-only -Wall -Wno-UNUSEDSIGNAL -Wno-DECLFILENAME --top-module $(TOP) $(RTL)

        # Gates; memories stay black boxes.
        synth:
        	mkdir -p build
        	yosys -q -l build/synth.log synth.ys

        clean:
        	rm -rf build

        .PHONY: check icarus lint synth clean

        """;

    public static string FuseSocCore(ChipReport report)
    {
        string Files(FileUse use) => string.Concat(report.Files.Where(file => file.Use == use).Select(file => $"      - {file.Path}\n"));
        string Set(string name, FileUse use) => Files(use) is { Length: > 0 } files ? $"  {name}:\n    file_type: verilogSource\n    files:\n{files}" : "";
        var (simulated, mapped) = Files(FileUse.Simulation).Length > 0 ? (", simulation", ", synthesis") : ("", "");
        return
            $"""
            CAPI=2:
            name: accel:chip:{report.Top}:1.0.0
            description: {report.Model.Name.Replace(':', ' ').Replace('\n', ' ')} as a chip, weights {report.Model.Weights}

            filesets:
              rtl:
                file_type: verilogSource
                files:
            {Files(FileUse.Both)}{Set("simulation", FileUse.Simulation)}{Set("synthesis", FileUse.Synthesis)}  icarus:
                file_type: verilogSource
                files:
                  - bench/bench.v
              verilator:
                file_type: cppSource
                files:
                  - bench/bench.cpp
              constraints:
                file_type: SDC
                files:
                  - constraints.sdc

            targets:
              default: &default
                filesets: [rtl{simulated}]
                toplevel: {report.Top}
              lint:
                <<: *default
                default_tool: verilator
                tools:
                  verilator:
                    mode: lint-only
                    verilator_options: [-Wall, -Wno-UNUSEDSIGNAL, -Wno-DECLFILENAME]
              icarus:
                filesets: [rtl{simulated}, icarus]
                toplevel: bench
                default_tool: icarus
                tools:
                  icarus:
                    iverilog_options: [-g2001, -DCHIP={report.Top}{(report.HasProbe ? ", -DPROBE" : "")}]
              verilator:
                filesets: [rtl{simulated}, verilator]
                toplevel: {report.Top}
                default_tool: verilator
                tools:
                  verilator:
                    mode: cc
                    verilator_options: [--prefix, Vchip, -O3, --x-initial, unique, --x-assign, unique, -Wno-fatal{(report.HasProbe ? ", -CFLAGS, -DBENCH_PROBE" : "")}]
              synth:
                filesets: [rtl{mapped}, constraints]
                toplevel: {report.Top}
                default_tool: yosys
                tools:
                  yosys:
                    arch: ice40

            """;
    }

    /// <summary>Yosys: memories are black boxes, since a foundry's macros take their place; the hierarchy stays, so that areas are told by module.</summary>
    public static string SynthesisScript(ChipReport report)
    {
        var text = new StringBuilder("# Run as `make synth`, or `yosys synth.ys`. Cells per module are printed at the end.\n");
        foreach (var file in report.FilesFor(DesignView.Synthesis))
        {
            text.Append($"read_verilog {file}\n");
        }

        foreach (var module in report.Memories.Select(memory => memory.Module).Distinct().Order(StringComparer.Ordinal))
        {
            text.Append($"blackbox {module}\n");
        }

        return text.Append($"hierarchy -check -top {report.Top}\nsynth -top {report.Top}\ntee -o build/area.txt stat\nwrite_verilog -noattr build/netlist.v\n").ToString();
    }

    private static string List(ChipReport report, DesignView view) => string.Join(" \\\n       ", report.FilesFor(view));

    /// <summary>The files for synthesis, where they are others.</summary>
    private static string SynthesisList(ChipReport report) => report.Files.All(file => file.Use == FileUse.Both) ? "" :
        $"\n\n# For synthesis: modules in syn/ take the place of those in sim/, which do the same.\nSYN := {List(report, DesignView.Synthesis)}";

    public static string Constraints() =>
        """
        # 100 MHz; half of a period for what lies outside. Change to the process at hand.
        create_clock -name clk -period 10.0 [get_ports clk]
        set_clock_uncertainty 0.2 [get_clocks clk]
        set_input_delay 5.0 -clock clk [all_inputs]
        set_output_delay 5.0 -clock clk [all_outputs]

        """;
}
