using System.Globalization;
using Accel.Isa.Commands;
using Accel.Sim.Timing;

namespace Accel.Sim.Reports;

/// <summary>The operators of a run as comma-separated values, one line each; numbers without separators, names quoted where they must be.</summary>
public static class OperatorCsv
{
    /// <param name="bytesNeeded">Lower bound of the bytes of each operator, in the report's order.</param>
    public static void Write(TextWriter output, TimingReport report, IReadOnlyList<long> bytesNeeded)
    {
        var classes = Enum.GetNames<TrafficClass>().Select(name => $"{name.ToLowerInvariant()}_bytes");
        var units = Enum.GetNames<UnitKind>().Select(name => $"{name.ToLowerInvariant()}_busy_cycles");
        output.Write($"operator,kind,cycles,commands,macs,bytes,bytes_needed,{string.Join(',', classes)},{string.Join(',', units)}\n");
        for (var i = 0; i < report.Operators.Count; i++)
        {
            var op = report.Operators[i];
            object[] cells = [Quoted(op.Name), Quoted(op.Kind), op.Cycles, op.Commands, op.Macs, op.TotalBytes, bytesNeeded[i], .. op.Bytes.Cast<object>(), .. op.BusyCycles.Cast<object>()];
            output.Write(string.Join(',', cells.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture))));
            output.Write('\n');
        }
    }

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
