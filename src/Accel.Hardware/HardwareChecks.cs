using System.Globalization;
using System.Numerics;
using Accel.Core.Units;
using Accel.Hardware.Yaml;

namespace Accel.Hardware;

/// <summary>Refuses configs whose fields contradict each other.</summary>
internal static class HardwareChecks
{
    /// <summary>A stated bandwidth may be rounded by this part.</summary>
    private const double BandwidthRounding = 0.01;

    public static void Run(HardwareConfig config, ConfigDocument document)
    {
        PowerOfTwo(document, "scratchpad.banks", config.Scratchpad.Banks);
        PowerOfTwo(document, "scratchpad.portWidth", config.Scratchpad.PortWidth.Value);
        PowerOfTwo(document, "dma.burst", config.Dma.Burst.Value);
        PowerOfTwo(document, "memory.channels", config.Memory.Channels);
        PowerOfTwo(document, "memory.channelWidth", config.Memory.ChannelBits);
        CheckScratchpad(config, document);
        CheckArrays(config.MatMulArrays, document);
        CheckMemory(config, document);
    }

    private static void PowerOfTwo(ConfigDocument document, string path, long value)
    {
        if (!BitOperations.IsPow2(value))
        {
            document.FaultAt(path, "a power of two", string.Create(CultureInfo.InvariantCulture, $"{value}"));
        }
    }

    private static void CheckScratchpad(HardwareConfig config, ConfigDocument document)
    {
        var (scratchpad, arrays) = (config.Scratchpad, config.MatMulArrays);
        if (scratchpad.Size.Value % ((long)scratchpad.Banks * scratchpad.PortWidth.Value) != 0)
        {
            document.FaultAt("scratchpad.size", $"a multiple of {scratchpad.Banks} banks of {scratchpad.PortWidth}", $"{scratchpad.Size}");
        }

        // Two of everything that one pass of an array needs: packed weights and mantissas, a row of codes, a row of 32-bit results.
        var weightBytes = ((long)arrays.Rows * arrays.Columns * arrays.Weights.Max(Bits) + 7) / 8;
        var tile = new Bytes(2 * (weightBytes + (2L * arrays.Columns) + (2L * arrays.Rows) + (4L * arrays.Columns)));
        if (scratchpad.Size < tile)
        {
            document.FaultAt(
                "scratchpad.size", $"at least {tile.Value} B, two tiles of a {arrays.Rows}x{arrays.Columns} array", $"{scratchpad.Size}");
        }
    }

    private static void CheckArrays(MatMulArrayConfig arrays, ConfigDocument document)
    {
        var least = new Bytes(2L * arrays.Columns * MatMulArrayConfig.AccumulatorBytes);
        if (arrays.Accumulators < least)
        {
            document.FaultAt("matmulArrays.accumulators", $"at least {least.Value} B, two rows of sums", $"{arrays.Accumulators}");
        }

        if (arrays.Accumulators.Value % MatMulArrayConfig.AccumulatorBytes != 0)
        {
            document.FaultAt("matmulArrays.accumulators", "a multiple of 8 B", $"{arrays.Accumulators}");
        }
    }

    private static void CheckMemory(HardwareConfig config, ConfigDocument document)
    {
        var memory = config.Memory;
        var peak = checked(memory.Channels * (memory.ChannelBits / 8.0) * memory.TransfersPerSecond);
        if (Math.Abs(memory.BytesPerSecond - peak) > BandwidthRounding * peak)
        {
            document.FaultAt(
                "memory.bandwidth",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{peak / 1e9:0.##} GB/s = {memory.Channels} channels of {memory.ChannelBits} bit at {memory.TransfersPerSecond / 1_000_000} MT/s"),
                string.Create(CultureInfo.InvariantCulture, $"{memory.BytesPerSecond / 1e9:0.##} GB/s"));
        }

        if (memory.TransfersPerSecond % config.Clocks.Memory.Value != 0)
        {
            document.FaultAt(
                "clocks.memory", $"a clock that divides the {memory.TransfersPerSecond / 1_000_000} MT/s of {memory.Standard}", $"{config.Clocks.Memory}");
        }

        if (memory.Capacity.Value % memory.Channels != 0 || !BitOperations.IsPow2(memory.Capacity.Value / memory.Channels))
        {
            document.FaultAt("memory.capacity", $"a power of two for each of {memory.Channels} channels", $"{memory.Capacity}");
        }
    }

    private static int Bits(WeightType type) => type switch
    {
        WeightType.Ternary => 2,
        WeightType.Int3 => 3,
        WeightType.Int4 => 4,
        WeightType.Int8 => 8,
        _ => 16,
    };
}
