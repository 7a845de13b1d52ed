using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Accel.Rtl.Liberty;
using Accel.Tests.Shared;

namespace Accel.Rtl.Tests.ConstantMatrix;

/// <summary>A module mapped by Yosys to the cells of the open 130 nm library that lies beside the repository.</summary>
internal sealed partial class MappedNetlist
{
    /// <summary>Area of <c>sky130_fd_sc_hd__nand2_1</c>, one gate equivalent, in square micrometres.</summary>
    private const double GateArea = 3.7536;

    private const string AdderCells = """
        (* techmap_celltype = "full_adder" *)
        module map_fa(input a, b, c, output sum, carry);
            sky130_fd_sc_hd__fa_1 _TECHMAP_REPLACE_ (.A(a), .B(b), .CIN(c), .COUT(carry), .SUM(sum));
        endmodule
        (* techmap_celltype = "half_adder" *)
        module map_ha(input a, b, output sum, carry);
            sky130_fd_sc_hd__ha_1 _TECHMAP_REPLACE_ (.A(a), .B(b), .COUT(carry), .SUM(sum));
        endmodule
        """;

    private MappedNetlist(double gateEquivalents, string text, string cellModels) => (GateEquivalents, Text, CellModels) = (gateEquivalents, text, cellModels);

    /// <summary>Area of all cells in gate equivalents.</summary>
    public double GateEquivalents { get; }

    public string Text { get; }

    /// <summary>A Verilog file with the functions of the library's cells, as the library states them.</summary>
    public string CellModels { get; }

    public static MappedNetlist Of(string verilog, string top)
    {
        Tool.Require("yosys", "yosys");
        var packed = SharedData.Path("liberty", "sky130hd_tt.lib.gz");
        var folder = Tool.Folder($"mapped-{Guid.NewGuid():N}");
        using (var source = new GZipStream(File.OpenRead(packed), CompressionMode.Decompress))
        using (var reader = new StreamReader(source))
        {
            File.WriteAllText(Path.Combine(folder, "cells.lib"), WithoutPowerGating(reader.ReadToEnd()));
        }

        File.WriteAllText(Path.Combine(folder, "design.v"), verilog);
        File.WriteAllText(Path.Combine(folder, "adders.v"), AdderCells);
        File.WriteAllText(Path.Combine(folder, "map.ys"), $"""
            read_verilog design.v
            hierarchy -top {top}
            techmap -map adders.v
            read_liberty -lib cells.lib
            hierarchy -top {top}
            synth -top {top} -flatten
            dfflibmap -liberty cells.lib
            abc -liberty cells.lib
            opt_clean -purge
            tee -o area.txt stat -liberty cells.lib
            write_verilog -noattr mapped.v
            """);
        Tool.Run(folder, "yosys", "-q", "map.ys");
        var area = AreaLine().Match(File.ReadAllText(Path.Combine(folder, "area.txt"))).Groups[1].Value;
        var library = LibertyReader.ReadFile(packed);
        var netlist = File.ReadAllText(Path.Combine(folder, "mapped.v"));
        File.WriteAllText(Path.Combine(folder, "cells.v"), Accel.Rtl.Synthesis.Gates.CellModels.Print(library, library.Cells.Keys.Where(cell => netlist.Contains($"{cell} ", StringComparison.Ordinal))));
        return new(
            double.Parse(area, CultureInfo.InvariantCulture) / GateArea,
            netlist,
            Path.Combine(folder, "cells.v"));
    }

    /// <summary>The netlist with the first input of one cell stuck at a value.</summary>
    public string WithStuckAt(int cell, int value)
    {
        var at = FirstInput().Matches(Text)[cell].Groups["net"];
        return $"{Text[..at.Index]}1'b{value}{Text[(at.Index + at.Length)..]}";
    }

    /// <summary>The library without isolation cells, which a mapper without a power plan must not take for gates.</summary>
    private static string WithoutPowerGating(string library) => PowerGating().Replace(library, "");

    [GeneratedRegex(@"Chip area for module '\\\w+': ([0-9.]+)")]
    private static partial Regex AreaLine();

    [GeneratedRegex(@"\.A\((?<net>[^)]*)\)")]
    private static partial Regex FirstInput();

    [GeneratedRegex(@"\n    cell \(""sky130_fd_sc_hd__lpflow_.*?\n    \}", RegexOptions.Singleline)]
    private static partial Regex PowerGating();
}
