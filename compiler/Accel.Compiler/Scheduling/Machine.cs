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
    /// The channel of all weight tiles. Tiles lie in memory in the order in which the arrays take them, so one channel asks for one stream of
    /// ascending addresses: rows of the memory open once and are read to their end. Several channels would only interleave it.
    /// </summary>
    public const int WeightChannel = 0;

    /// <summary>The channel of small constants, where there is one that nobody else needs.</summary>
    public const int ConstantChannel = 1;

    /// <summary>Whether there is: beside the weights' and those of key heads.</summary>
    public bool HasConstantChannel => DataChannel - Arrays >= ConstantChannel;

    /// <summary>Bytes over which addresses go once round all channels of the memory, a burst each. What starts and ends at its multiples keeps all of them equally busy.</summary>
    public long Stripe => Config.Memory.Channels * Config.Dma.Burst.Value;

    /// <summary>What the arrays can hold still, as the config lists it.</summary>
    public Dataflow[] Dataflows { get; } = DataflowsOf(config.MatMulArrays);

    /// <summary>Whole divisors of the arrays' rows: the numbers of bands into which an array folds.</summary>
    public int[] Folds { get; } = DivisorsOf(config.MatMulArrays.Rows);

    /// <summary>Accumulator words of one of the two halves.</summary>
    public long HalfAccumulator => Shape.AccumulatorWords / 2;

    public int NumberOf(UnitId unit) => unit.Kind switch
    {
        UnitKind.Dma => unit.Index,
        UnitKind.Array => Shape.DmaChannels + unit.Index,
        _ => Shape.DmaChannels + Shape.Arrays + unit.Index,
    };

    private static Dataflow[] DataflowsOf(MatMulArrayConfig arrays)
    {
        var dataflows = new Dataflow[arrays.Dataflows.Count];
        for (var i = 0; i < dataflows.Length; i++)
        {
            dataflows[i] = arrays.Dataflows[i] == ArrayDataflow.WeightStationary ? Dataflow.WeightStationary : Dataflow.OutputStationary;
        }

        return dataflows;
    }

    private static int[] DivisorsOf(int number)
    {
        var divisors = new List<int>();
        for (var divisor = 1; divisor <= number; divisor++)
        {
            if (number % divisor == 0)
            {
                divisors.Add(divisor);
            }
        }

        return [.. divisors];
    }
}
