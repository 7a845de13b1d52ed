namespace Accel.Report.Results;

/// <summary>What compilation came to.</summary>
/// <param name="ContextLength">Positions that caches are laid out for.</param>
/// <param name="DramBytes">Memory in use.</param>
public sealed record CompileResult(long ContextLength, long DramBytes, IReadOnlyList<EntryResult> Entries);

/// <summary>An entry point at one position.</summary>
/// <param name="Name"><c>prefill</c> or <c>decode</c>.</param>
/// <param name="Position">Of its first token.</param>
/// <param name="ScratchpadPeakBytes">In use at most.</param>
public sealed record EntryResult(
    string Name, long Tokens, long Position, long Instructions, long ScratchpadPeakBytes, IReadOnlyList<OperatorTrafficResult> Operators)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public long Moved => Operators.Sum(op => op.Bytes.Total);

    [System.Text.Json.Serialization.JsonIgnore]
    public long LowerBound => Operators.Sum(op => op.LowerBoundBytes);
}

/// <summary>What an operator moves to and from DRAM.</summary>
/// <param name="Kind">Mnemonic.</param>
/// <param name="LowerBoundBytes">What must move whatever the schedule.</param>
/// <param name="Reason">Why more moves; empty where nothing more does.</param>
public sealed record OperatorTrafficResult(string Name, string Kind, TrafficBytes Bytes, long LowerBoundBytes, string Reason);

/// <summary>Bytes to and from DRAM, by what they are.</summary>
public sealed record TrafficBytes(long Weights, long Cache, long State, long Activations, long Input, long Output)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public long Total => Weights + Cache + State + Activations + Input + Output;
}
