using Accel.Compiler;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Report.Results;

namespace Accel.Cli.Flow;

/// <summary>A compilation for the report.</summary>
internal static class CompileSummary
{
    public static CompileResult Of(CompiledProgram program, CompilationReport report) => new(
        program.ContextLength, report.DramBytes,
        [
            .. report.EntryPoints.OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(entry => new EntryResult(
                entry.Name, entry.Tokens, entry.Position, program.EntryPoints.Single(known => known.Name == entry.Name).Instructions.Count, entry.ScratchpadPeak,
                [.. entry.Operators.Select(op => new OperatorTrafficResult(op.Name, op.Kind, Traffic(op.Bytes), op.LowerBound, op.Reason))])),
        ]);

    private static TrafficBytes Traffic(IReadOnlyList<long> bytes)
    {
        long Of(TrafficClass traffic) => bytes[(int)traffic];
        return new(Of(TrafficClass.Weights), Of(TrafficClass.Cache), Of(TrafficClass.State), Of(TrafficClass.Activations), Of(TrafficClass.Input), Of(TrafficClass.Output));
    }
}
