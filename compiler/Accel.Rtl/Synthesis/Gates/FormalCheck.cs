using Accel.Core.Diagnostics;
using Accel.Rtl.Liberty;
using Accel.Rtl.Tools;

namespace Accel.Rtl.Synthesis.Gates;

/// <summary>Proves with Yosys' SAT solver that a mapped module without state is its source: for all inputs, not for some.</summary>
public static class FormalCheck
{
    /// <param name="source">The module's Verilog.</param>
    /// <param name="netlist">The same, mapped.</param>
    /// <param name="cells">The library's cells that the netlist holds.</param>
    /// <param name="folder">For files; made if need be.</param>
    /// <returns>Null if the two are equal; else one line that says where they differ.</returns>
    /// <exception cref="InputException">A cell without a function.</exception>
    /// <exception cref="ToolFailedException">No answer within the time.</exception>
    public static string? Prove(LibertyLibrary library, string module, string source, string netlist, IEnumerable<string> cells, string folder, TimeSpan limit)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "source.v"), source);
        File.WriteAllText(Path.Combine(folder, "netlist.v"), netlist);
        File.WriteAllText(Path.Combine(folder, "cells.v"), CellModels.Print(library, cells));
        File.WriteAllText(Path.Combine(folder, "prove.ys"), $"""
            read_verilog source.v
            prep -flatten -top {module}
            memory_map
            design -stash gold
            read_verilog netlist.v cells.v
            hierarchy -check -top {module}
            proc
            flatten
            opt_clean
            design -stash gate
            design -copy-from gold -as gold {module}
            design -copy-from gate -as gate {module}
            miter -equiv -flatten -make_outputs gold gate miter
            hierarchy -top miter
            sat -prove trigger 0 -show-inputs miter

            """);
        var result = ToolProcess.Check(ExternalTool.Yosys, ["-q", "-l", "prove.log", "prove.ys"], folder, limit);
        var log = File.ReadAllText(Path.Combine(folder, "prove.log"));
        return log.Contains("SAT proof finished - no model found: SUCCESS!", StringComparison.Ordinal) ? null
            : log.Contains("SAT proof finished - model found: FAIL!", StringComparison.Ordinal) ? $"{module}: the netlist differs from its source, see prove.log"
            : throw new ToolFailedException(ExternalTool.Yosys.Name, "no answer of the proof", result.Output);
    }
}
