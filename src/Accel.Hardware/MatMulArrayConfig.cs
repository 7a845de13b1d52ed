using Accel.Core.Units;

namespace Accel.Hardware;

/// <summary>What an array can hold still.</summary>
public enum ArrayDataflow
{
    /// <summary>Weights; <c>ws</c>.</summary>
    WeightStationary,

    /// <summary>Sums; <c>os</c>.</summary>
    OutputStationary,
}

/// <summary>Codes of activations that an array multiplies.</summary>
public enum ActivationType
{
    Int8,
    Int16,
}

/// <summary>Codes of weights that an array unpacks at its edge and multiplies.</summary>
public enum WeightType
{
    Ternary,
    Int3,
    Int4,
    Int8,
    Int16,
}

/// <summary>The matmul arrays, all alike.</summary>
public sealed record MatMulArrayConfig
{
    public required int Count { get; init; }

    /// <summary>Rows of multipliers: the depth that one pass sums.</summary>
    public required int Rows { get; init; }

    public required int Columns { get; init; }

    public required ConfigSet<ArrayDataflow> Dataflows { get; init; }

    public required ConfigSet<ActivationType> Activations { get; init; }

    public required ConfigSet<WeightType> Weights { get; init; }

    /// <summary>Weight tiles that an array holds: 1, or 2 to load one while the other works.</summary>
    public required int WeightBuffers { get; init; }

    /// <summary>Bytes of weights that enter an array per cycle, packed as they lie in the scratchpad.</summary>
    public required Bytes WeightPort { get; init; }

    /// <summary>Accumulator memory of an array; a sum takes <see cref="AccumulatorBytes"/>.</summary>
    public required Bytes Accumulators { get; init; }

    /// <summary>Bytes of an accumulator.</summary>
    public const int AccumulatorBytes = 8;

    /// <summary>Sums that an array holds.</summary>
    public long AccumulatorWords => Accumulators.Value / AccumulatorBytes;
}

/// <summary>The vector units, all alike.</summary>
/// <param name="Lanes">Elements per cycle of one unit.</param>
public sealed record VectorUnitConfig(int Count, int Lanes);

/// <summary>The on-chip memory that all units share, interleaved over banks by <paramref name="PortWidth"/>.</summary>
/// <param name="Banks">Power of two.</param>
/// <param name="Ports">Accesses that a bank serves per cycle.</param>
/// <param name="PortWidth">Bytes of an access; power of two.</param>
public sealed record ScratchpadConfig(Bytes Size, int Banks, int Ports, Bytes PortWidth)
{
    /// <summary>Bytes per core cycle when every port of every bank is busy.</summary>
    public Bytes BytesPerCycle => PortWidth * ((long)Banks * Ports);
}

/// <summary>The DMA engine.</summary>
/// <param name="Channels">Each executes its descriptors in order.</param>
/// <param name="Outstanding">Bursts of a channel that may be under way.</param>
/// <param name="DescriptorCost">Core cycles from taking a descriptor to its first request.</param>
/// <param name="Burst">Bytes of a request to memory; power of two.</param>
public sealed record DmaConfig(int Channels, int Outstanding, Cycles DescriptorCost, Bytes Burst);

/// <summary>The sequencer, which resolves addresses and hands commands to units.</summary>
/// <param name="QueueDepth">Commands that wait at a unit; a full queue stops the sequencer.</param>
/// <param name="Semaphores">Counting semaphores between units.</param>
public sealed record SequencerConfig(int QueueDepth, int Semaphores);
