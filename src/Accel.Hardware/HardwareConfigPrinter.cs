using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Accel.Hardware.Yaml;

namespace Accel.Hardware;

/// <summary>Writes a config as the YAML that <see cref="HardwareConfigLoader"/> reads back to an equal config.</summary>
public static class HardwareConfigPrinter
{
    public static string Print(HardwareConfig config)
    {
        var text = new StringBuilder();
        Line(text, 0, "name", config.Name);
        PrintMachine(text, config);
        Line(text, 0, "process", null);
        Line(text, 1, "node", UnitFamily.Length.Print(config.Process.NodeNanometres));
        Line(text, 1, "source", Quoted(config.Process.Source));
        Line(text, 0, "energy", null);
        Figure(text, "macInt8", config.Energy.MacInt8);
        Figure(text, "vectorLane", config.Energy.VectorLane);
        Figure(text, "scratchpadByte", config.Energy.ScratchpadByte);
        Figure(text, "memoryBit", config.Energy.MemoryBit);
        return text.ToString();
    }

    /// <summary>
    /// SHA-256, as 64 hex digits, of everything that decides a program's fit, values and time: all but name, process and energy.
    /// </summary>
    public static string Fingerprint(HardwareConfig config)
    {
        var text = new StringBuilder();
        PrintMachine(text, config);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static void PrintMachine(StringBuilder text, HardwareConfig config)
    {
        var (arrays, memory) = (config.MatMulArrays, config.Memory);
        Line(text, 0, "clocks", null);
        Line(text, 1, "core", UnitFamily.Frequency.Print(config.Clocks.Core.Value));
        Line(text, 1, "memory", UnitFamily.Frequency.Print(config.Clocks.Memory.Value));
        Line(text, 0, "matmulArrays", null);
        Line(text, 1, "count", arrays.Count);
        Line(text, 1, "rows", arrays.Rows);
        Line(text, 1, "columns", arrays.Columns);
        Line(text, 1, "dataflows", List(arrays.Dataflows, HardwareConfigLoader.Dataflows));
        Line(text, 1, "activations", List(arrays.Activations, HardwareConfigLoader.Activations));
        Line(text, 1, "weights", List(arrays.Weights, HardwareConfigLoader.Weights));
        Line(text, 1, "weightBuffers", arrays.WeightBuffers);
        Line(text, 1, "weightPort", UnitFamily.Size.Print(arrays.WeightPort.Value));
        Line(text, 1, "accumulators", UnitFamily.Size.Print(arrays.Accumulators.Value));
        Line(text, 0, "vectorUnits", null);
        Line(text, 1, "count", config.VectorUnits.Count);
        Line(text, 1, "lanes", config.VectorUnits.Lanes);
        Line(text, 0, "scratchpad", null);
        Line(text, 1, "size", UnitFamily.Size.Print(config.Scratchpad.Size.Value));
        Line(text, 1, "banks", config.Scratchpad.Banks);
        Line(text, 1, "ports", config.Scratchpad.Ports);
        Line(text, 1, "portWidth", UnitFamily.Size.Print(config.Scratchpad.PortWidth.Value));
        Line(text, 0, "dma", null);
        Line(text, 1, "channels", config.Dma.Channels);
        Line(text, 1, "outstanding", config.Dma.Outstanding);
        Line(text, 1, "descriptorCost", UnitFamily.Time.Print(config.Dma.DescriptorCost.Value));
        Line(text, 1, "burst", UnitFamily.Size.Print(config.Dma.Burst.Value));
        Line(text, 0, "sequencer", null);
        Line(text, 1, "queueDepth", config.Sequencer.QueueDepth);
        Line(text, 1, "semaphores", config.Sequencer.Semaphores);
        Line(text, 0, "memory", null);
        Line(text, 1, "standard", memory.Standard);
        Line(text, 1, "organisation", Quoted(memory.Organisation));
        Line(text, 1, "channels", memory.Channels);
        Line(text, 1, "channelWidth", UnitFamily.Width.Print(memory.ChannelBits));
        Line(text, 1, "capacity", UnitFamily.Size.Print(memory.Capacity.Value));
        Line(text, 1, "bandwidth", UnitFamily.Bandwidth.Print(memory.BytesPerSecond));
        Line(text, 1, "mapping", Quoted(memory.Mapping));
        Line(text, 1, "controller", null);
        Line(text, 2, "page", Word(memory.Controller.Page, HardwareConfigLoader.Pages));
        Line(text, 2, "refresh", Word(memory.Controller.Refresh, HardwareConfigLoader.Refreshes));
        Line(text, 2, "readQueue", memory.Controller.ReadQueue);
        Line(text, 2, "writeQueue", memory.Controller.WriteQueue);
        Line(text, 2, "rowHitCap", memory.Controller.RowHitCap);
        if (memory.Controller.RefreshBetweenRuns)
        {
            // Where it is not asked for it is not mentioned: a machine without it keeps its fingerprint.
            Line(text, 2, "refreshBetweenRuns", Word(true, ConfigSection.Flags));
        }
    }

    private static void Figure(StringBuilder text, string key, EnergyFigure figure)
    {
        Line(text, 1, key, null);
        Line(text, 2, "value", UnitFamily.Energy.Print(figure.Femtojoules));
        Line(text, 2, "source", Quoted(figure.Source));
    }

    private static void Line(StringBuilder text, int depth, string key, object? value) =>
        text.Append(' ', 2 * depth).Append(key).Append(':').Append(value is null ? "" : " ").Append(CultureInfo.InvariantCulture, $"{value}").Append('\n');

    private static string List<T>(IEnumerable<T> values, (string Word, T Value)[] words) =>
        $"[{string.Join(", ", values.Select(value => Word(value, words)))}]";

    private static string Word<T>(T value, (string Word, T Value)[] words) =>
        words.First(pair => EqualityComparer<T>.Default.Equals(pair.Value, value)).Word;

    /// <summary>Single quotes keep every character but themselves.</summary>
    private static string Quoted(string text) => $"'{text.Replace("'", "''")}'";
}
