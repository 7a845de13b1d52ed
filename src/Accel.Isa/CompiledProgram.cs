using Accel.Isa.Commands;

namespace Accel.Isa;

/// <summary>What a range of DRAM is for.</summary>
public enum SegmentKind
{
    /// <summary>Constants: matrices, vectors, tables. Never written by a program.</summary>
    Weights,

    /// <summary>Keys and values; zero at the start of a sequence.</summary>
    Cache,

    /// <summary>Convolution and recurrent states; zero at the start of a sequence.</summary>
    State,

    /// <summary>Activations that do not stay on chip.</summary>
    Activations,

    /// <summary>Written by the host before a run.</summary>
    Input,

    /// <summary>Read by the host after a run.</summary>
    Output,
}

/// <summary>A named range of DRAM, or of the scratchpad (<see cref="CompiledProgram.Residents"/>).</summary>
/// <param name="Start">Byte address.</param>
/// <param name="Length">Bytes.</param>
public sealed record Segment(string Name, SegmentKind Kind, long Start, long Length)
{
    /// <summary>Contents of a <see cref="SegmentKind.Weights"/> segment, from its start on; empty in a timing-only program.</summary>
    public ReadOnlyMemory<byte> Image { get; init; }

    /// <summary>Of segments with a part per sequence: bytes of each part; 0 if all sequences share the segment.</summary>
    public long SequenceStride { get; init; }

    public long End => Start + Length;

    public bool Equals(Segment? other) =>
        other is not null && Name == other.Name && Kind == other.Kind && Start == other.Start && Length == other.Length
        && SequenceStride == other.SequenceStride && Image.Span.SequenceEqual(other.Image.Span);

    public override int GetHashCode() => HashCode.Combine(Name, Kind, Start, Length);
}

/// <summary>An operator of the model, by which commands are grouped in reports.</summary>
/// <param name="Name">As the model names it.</param>
/// <param name="Kind">Mnemonic of the operator.</param>
public sealed record OperatorEntry(string Name, string Kind);

/// <summary>A program for the sequencer.</summary>
/// <param name="Name"><c>prefill</c>, <c>decode</c> or <c>batch</c>.</param>
/// <param name="MaximumTokens">Tokens that one run may have.</param>
public sealed record EntryPoint(string Name, int MaximumTokens, IReadOnlyList<Instruction> Instructions)
{
    /// <summary>
    /// Token i of a run belongs to sequence <c>sequence + i</c>, at a position of its own, which <see cref="SetFunction.PositionOf"/> tells; else all of them follow
    /// each other in one sequence.
    /// </summary>
    public bool IsBatch { get; init; }

    public bool Equals(EntryPoint? other) =>
        other is not null && Name == other.Name && MaximumTokens == other.MaximumTokens && IsBatch == other.IsBatch && Instructions.SequenceEqual(other.Instructions);

    public override int GetHashCode() => HashCode.Combine(Name, MaximumTokens, Instructions.Count);
}

/// <summary>Counts and sizes of the machine that a program was made for; all that its addresses and unit numbers are checked against.</summary>
/// <param name="Fingerprint">Of the whole hardware config: 64 hex digits. A machine refuses programs made for another.</param>
/// <param name="ScratchpadBytes">Size of the scratchpad.</param>
/// <param name="AccumulatorWords">64-bit accumulators per array.</param>
/// <param name="Semaphores">Counting semaphores.</param>
public sealed record MachineShape(
    string Fingerprint, int DmaChannels, int Arrays, int VectorUnits, long ScratchpadBytes, long AccumulatorWords, int Semaphores, long DramBytes);

/// <summary>
/// A model compiled for one machine: memory map, operators and entry points. Runs at any position without another compilation: what
/// changes from token to token stands in expressions over the registers.
/// </summary>
public sealed record CompiledProgram
{
    /// <summary>Of the model.</summary>
    public required string Name { get; init; }

    public required MachineShape Machine { get; init; }

    /// <summary>Positions that states and caches are laid out for: <c>position + tokens</c> may not exceed this.</summary>
    public required long ContextLength { get; init; }

    /// <summary>Independent sequences that the states are laid out for, 1 or more.</summary>
    public int Sequences { get; init; } = 1;

    /// <summary>By address, without overlap.</summary>
    public required IReadOnlyList<Segment> Segments { get; init; }

    /// <summary>
    /// Ranges of the scratchpad, by address and without overlap, that keep caches and states from run to run; zero at the start of a sequence.
    /// What stands elsewhere in the scratchpad when a run starts is undefined.
    /// </summary>
    public IReadOnlyList<Segment> Residents { get; init; } = [];

    public required IReadOnlyList<OperatorEntry> Operators { get; init; }

    public required IReadOnlyList<EntryPoint> EntryPoints { get; init; }

    public bool Equals(CompiledProgram? other) =>
        other is not null && Name == other.Name && Machine == other.Machine && ContextLength == other.ContextLength && Sequences == other.Sequences
        && Segments.SequenceEqual(other.Segments) && Residents.SequenceEqual(other.Residents) && Operators.SequenceEqual(other.Operators) && EntryPoints.SequenceEqual(other.EntryPoints);

    public override int GetHashCode() => HashCode.Combine(Name, Machine, Segments.Count, Operators.Count);
}
