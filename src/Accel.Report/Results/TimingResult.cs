using System.Text.Json.Serialization;

namespace Accel.Report.Results;

/// <summary>Simulated time.</summary>
/// <param name="Binding">What binds decode, in a short phrase: <c>memory</c>.</param>
/// <param name="Explanation">A sentence about it, with numbers.</param>
public sealed record TimingResult(string Binding, string Explanation, IReadOnlyList<TimedRunResult> Runs);

/// <summary>One simulated run of an entry point.</summary>
/// <param name="Name"><c>prefill</c> or <c>decode</c>.</param>
/// <param name="Position">Of its first token.</param>
/// <param name="Cycles">Of the chip's clock.</param>
/// <param name="Macs">Multiply-accumulates done.</param>
/// <param name="DramBytes">Moved.</param>
/// <param name="Units">Each unit's cycles: busy, stalled and idle add up to <paramref name="Cycles"/>.</param>
/// <param name="Timeline">What each unit did when; of one run at least.</param>
public sealed record TimedRunResult(
    string Name, long Tokens, long Position, long Cycles, long Macs, long DramBytes, IReadOnlyList<UnitTimeResult> Units,
    IReadOnlyList<OperatorTimeResult> Operators, TimelineResult? Timeline = null);

/// <summary>Where a unit's cycles went.</summary>
public sealed record UnitTimeResult(string Name, long Busy, IReadOnlyList<StallResult> Stalls, long Idle)
{
    [JsonIgnore]
    public long Stalled => Stalls.Sum(stall => stall.Cycles);
}

/// <summary>Cycles in which a unit had work and waited.</summary>
/// <param name="Reason">For what.</param>
public sealed record StallResult(string Reason, long Cycles);

/// <summary>An operator's time and work.</summary>
/// <param name="Kind">Mnemonic.</param>
/// <param name="Cycles">In which its command was the oldest that was not done; of all operators they add up to the run.</param>
/// <param name="ActiveCycles">In which any of its commands was under way; operators overlap here.</param>
/// <param name="Macs">Multiply-accumulates.</param>
/// <param name="DramBytes">Moved.</param>
public sealed record OperatorTimeResult(string Name, string Kind, long Cycles, long ActiveCycles, long Macs, long DramBytes);

/// <summary>A run as it passed.</summary>
/// <param name="Slices">By unit, then by time; slices of a unit do not overlap.</param>
/// <param name="Bandwidth">DRAM traffic over equal parts of the run.</param>
public sealed record TimelineResult(IReadOnlyList<SliceResult> Slices, IReadOnlyList<BandwidthResult> Bandwidth);

/// <summary>Commands of one operator on one unit, one after another.</summary>
/// <param name="Start">Cycle.</param>
/// <param name="End">Cycle after the last.</param>
public sealed record SliceResult(string Unit, string Operator, long Start, long End);

/// <summary>Bytes moved between two cycles.</summary>
public sealed record BandwidthResult(long Start, long End, long ReadBytes, long WriteBytes);
