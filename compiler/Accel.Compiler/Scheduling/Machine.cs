using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;

namespace Accel.Compiler.Scheduling;

/// <summary>A hardware config as the compiler uses it: counts, sizes, and who does what.</summary>
internal sealed class Machine(HardwareConfig config)
{
    public HardwareConfig Config { get; } = config;

    public string Name => Config.Name;

    public MachineShape Shape { get; } = MachineShapes.Of(config);

    public int Arrays => Config.MatMulArrays.Count;

    public int UnitCount => Shape.DmaChannels + Shape.Arrays + Shape.VectorUnits;

    /// <summary>The channel of everything but weights.</summary>
    public int DataChannel => Config.Dma.Channels - 1;

    public UnitId DataDma => new(UnitKind.Dma, DataChannel);

    /// <summary>The unit of all vector commands.</summary>
    public static UnitId Vector => new(UnitKind.Vector, 0);

    /// <summary>
    /// Channels that share the loads of one array's weight tiles. A single array leaves one channel to the data; of several, the last shares
    /// its channel with it, so that together they can use all of the memory's bandwidth.
    /// </summary>
    public int Stripes => Math.Clamp(Arrays == 1 ? Config.Dma.Channels - 1 : Config.Dma.Channels / Arrays, 1, 4);

    /// <summary>
    /// Bytes to whose multiples a matrix's rows are filled up, so that few rows already are whole stripes: a power of two, no more than one part
    /// in <see cref="RowFillWorth"/> of the row; 2 is what mantissas need.
    /// </summary>
    /// <param name="rowBytes">Codes and mantissas of a row.</param>
    public long RowStep(long rowBytes) =>
        Math.Clamp((long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, rowBytes / RowFillWorth)) / 2, 2, Stripe);

    private const int RowFillWorth = 64;

    /// <summary>What the arrays can hold still, as the config lists it.</summary>
    public IReadOnlyList<Dataflow> Dataflows { get; } =
        [.. config.MatMulArrays.Dataflows.Select(flow => flow == ArrayDataflow.WeightStationary ? Dataflow.WeightStationary : Dataflow.OutputStationary)];

    /// <summary>Whole divisors of the arrays' rows: the numbers of bands into which an array folds.</summary>
    public IReadOnlyList<int> Folds { get; } = [.. Enumerable.Range(1, config.MatMulArrays.Rows).Where(bands => config.MatMulArrays.Rows % bands == 0)];

    /// <summary>Accumulator words of one of the two halves.</summary>
    public long HalfAccumulator => Shape.AccumulatorWords / 2;

    public int WeightChannel(int array, int stripe) => ((array * Stripes) + stripe) % Config.Dma.Channels;

    public int NumberOf(UnitId unit) => unit.Kind switch
    {
        UnitKind.Dma => unit.Index,
        UnitKind.Array => Shape.DmaChannels + unit.Index,
        _ => Shape.DmaChannels + Shape.Arrays + unit.Index,
    };
}
