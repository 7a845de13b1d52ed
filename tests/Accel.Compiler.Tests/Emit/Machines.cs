using Accel.Core.Units;
using Accel.Hardware;

namespace Accel.Compiler.Tests.Emit;

/// <summary>Hardware of any size for tests: what is not named follows a small chip.</summary>
internal static class Machines
{
    public static HardwareConfig Of(
        int rows, int columns, int arrays = 1, int channels = 2, long scratchpad = 1 << 20, long accumulatorWords = 1 << 15, int vectorUnits = 1, int queue = 16, int lanes = 32,
        params ArrayDataflow[] dataflows) => new()
    {
        Name = $"test-{rows}x{columns}",
        Clocks = new(new Hertz(1_000_000_000), new Hertz(800_000_000)),
        MatMulArrays = new()
        {
            Count = arrays,
            Rows = rows,
            Columns = columns,
            Dataflows = [.. dataflows.Length > 0 ? dataflows : [ArrayDataflow.WeightStationary, ArrayDataflow.OutputStationary]],
            Activations = [ActivationType.Int8, ActivationType.Int16],
            Weights = [WeightType.Ternary, WeightType.Int3, WeightType.Int4, WeightType.Int8, WeightType.Int16],
            WeightBuffers = 2,
            WeightPort = new Bytes(64),
            Accumulators = new Bytes(8 * accumulatorWords),
        },
        VectorUnits = new(vectorUnits, lanes),
        Scratchpad = new(new Bytes(scratchpad), 16, 1, new Bytes(32)),
        Dma = new(channels, 64, new Cycles(16), new Bytes(64)),
        Sequencer = new(queue, 256),
        Memory = new()
        {
            Standard = "LPDDR5-6400",
            Organisation = "16Gb_x16",
            Channels = 4,
            ChannelBits = 16,
            Capacity = new Bytes(8L << 30),
            BytesPerSecond = 51_200_000_000,
            Mapping = "row|rank|bank|column|bankgroup|channel",
            Controller = new(PagePolicy.Open, RefreshPolicy.AllBank, 32, 32, 16),
        },
        Process = new(7, "chosen"),
        Energy = new(new(100, "chosen"), new(1510, "chosen"), new(1750, "chosen"), new(4500, "chosen")),
    };
}
