using Accel.Compiler.Tiling;
using Accel.Core.Units;
using Accel.Isa.Commands;

namespace Accel.Compiler;

/// <summary>Bytes that move without need.</summary>
/// <param name="Cause">Why, as a noun phrase.</param>
public sealed record ExcessTraffic(string Cause, long Bytes);

/// <summary>What an operator moves in one run.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Kind">Mnemonic.</param>
/// <param name="Bytes">Moved, by <see cref="TrafficClass"/>.</param>
/// <param name="LowerBound">Bytes that must move whatever the schedule.</param>
/// <param name="Excess">Why more moves, by cause; adds up to what is moved beyond the bound.</param>
/// <param name="Tile">How a product is cut; null for others.</param>
public sealed record OperatorTraffic(string Name, string Kind, IReadOnlyList<long> Bytes, long LowerBound, IReadOnlyList<ExcessTraffic> Excess, MatMulTile? Tile)
{
    public long Moved => Bytes.Sum();

    /// <summary>The causes with their bytes; empty where nothing more moves.</summary>
    public string Reason => string.Join("; ", Excess.Select(cause => $"{new Bytes(cause.Bytes)} {cause.Cause}"));
}

/// <summary>An entry point's traffic at one position.</summary>
/// <param name="Name">Of the entry point.</param>
/// <param name="Position">Of its first token.</param>
/// <param name="ScratchpadPeak">Bytes of scratchpad in use at most.</param>
public sealed record EntryPointTraffic(string Name, long Position, long Tokens, long ScratchpadPeak, IReadOnlyList<OperatorTraffic> Operators)
{
    public long Moved => Operators.Sum(op => op.Moved);

    public long LowerBound => Operators.Sum(op => op.LowerBound);
}

/// <summary>Where a cache or a state lives from run to run.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Bytes">Of all sequences.</param>
/// <param name="OnChip">In the scratchpad; else in memory.</param>
public sealed record StatePlacement(string Name, long Bytes, bool OnChip);

/// <summary>What a compilation came to.</summary>
/// <param name="PrefillTokens">Most tokens of a prefill run.</param>
/// <param name="DramBytes">Memory in use.</param>
/// <param name="States">In the model's order.</param>
/// <param name="EntryPoints">Prefill from position 0, decode at half the context, and so all sequences together where there are several.</param>
public sealed record CompilationReport(int PrefillTokens, long DramBytes, IReadOnlyList<StatePlacement> States, IReadOnlyList<EntryPointTraffic> EntryPoints);
