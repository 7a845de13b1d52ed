using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Accel.Rtl.Tools;

namespace Accel.Rtl.Synthesis;

/// <summary>The longest path of a design.</summary>
/// <param name="Nanoseconds">The shortest clock period that it allows: from edge to edge, with the set-up time.</param>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends.</param>
public sealed record LongestPath(double Nanoseconds, string From, string To)
{
    public double Megahertz => 1000 / Nanoseconds;
}

/// <summary>OpenSTA on mapped netlists: cells with the library's tables, wires as its default wire load has them, before placement; paths end at memory macros.</summary>
internal static partial class TimingAnalysis
{
    /// <summary>Long enough for all; the slack to it gives the path.</summary>
    private const double Period = 1000;

    /// <param name="folder">Where <see cref="MappingLibrary.WriteFiles"/> and the netlists lie.</param>
    /// <param name="liberty">The library, from there.</param>
    /// <param name="netlists">Mapped modules, from there.</param>
    /// <exception cref="ToolFailedException">It failed or took too long.</exception>
    public static LongestPath? Run(string folder, string liberty, IEnumerable<string> netlists, string top, bool isClocked, TimeSpan limit)
    {
        var period = Period.ToString(CultureInfo.InvariantCulture);
        var script = new StringBuilder($"read_liberty {liberty}\n");
        foreach (var netlist in netlists)
        {
            script.Append(CultureInfo.InvariantCulture, $"read_verilog {netlist}\n");
        }

        script.Append(CultureInfo.InvariantCulture, $"link_design {top}\n")
            .Append(isClocked ? $"create_clock -name clk -period {period} [get_ports clk]\nset inputs [list]\nforeach port [all_inputs] {{ if {{ [get_full_name $port] ne \"clk\" }} {{ lappend inputs $port }} }}\n" : $"create_clock -name clk -period {period}\nset inputs [all_inputs]\n")
            .Append("if { [llength $inputs] > 0 } { set_input_delay 0 -clock clk $inputs }\n")
            .Append("set_output_delay 0 -clock clk [all_outputs]\n")
            .Append("report_checks -path_delay max -format full_clock\nexit\n");
        File.WriteAllText(Path.Combine(folder, "timing.tcl"), script.ToString());
        var output = ToolProcess.Check(ExternalTool.OpenSta, ["-no_splash", "-exit", "timing.tcl"], folder, limit).Output;
        File.WriteAllText(Path.Combine(folder, "timing.txt"), output);
        if (SlackLine().Match(output) is not { Success: true } slack)
        {
            return output.Contains("No paths found", StringComparison.Ordinal) ? null : throw new ToolFailedException(ExternalTool.OpenSta.Name, "no slack in its report", output);
        }

        return new(
            Math.Round(Period - double.Parse(slack.Groups[1].Value, CultureInfo.InvariantCulture), 3),
            StartLine().Match(output).Groups[1].Value,
            EndLine().Match(output).Groups[1].Value);
    }

    [GeneratedRegex(@"^\s*(-?[0-9.]+)\s+slack \(", RegexOptions.Multiline)]
    private static partial Regex SlackLine();

    [GeneratedRegex(@"^Startpoint: (\S+)", RegexOptions.Multiline)]
    private static partial Regex StartLine();

    [GeneratedRegex(@"^Endpoint: (\S+)", RegexOptions.Multiline)]
    private static partial Regex EndLine();
}
