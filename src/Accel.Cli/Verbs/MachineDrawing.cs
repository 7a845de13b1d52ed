using System.Globalization;
using Accel.Core.Units;
using Accel.Hardware;

namespace Accel.Cli.Verbs;

/// <summary>A machine as boxes and lines, 78 columns wide.</summary>
internal static class MachineDrawing
{
    private const int Inner = 20;

    /// <summary>From a box's right edge to where a line enters it, past its title.</summary>
    private const int Inset = 3;

    public static IEnumerable<string> Lines(MachineFigures figures)
    {
        var (config, core) = (figures.Config, figures.Config.Clocks.Core);
        var (memory, dma, scratchpad, arrays, vectors) = (config.Memory, config.Dma, config.Scratchpad, config.MatMulArrays, config.VectorUnits);
        string[][] top =
        [
            Box("memory", memory.Standard, Text($"{memory.Channels} x {memory.ChannelBits} bit"), Text($"{memory.Capacity}, {Engineering.Format(figures.BytesPerSecond, "B/s")}")),
            Box("DMA", Text($"{dma.Channels} channels"), Text($"each {dma.Outstanding} x {dma.Burst}"), "under way"),
            Box("scratchpad", Text($"{scratchpad.Size}"), Text($"{scratchpad.Banks} banks of {scratchpad.PortWidth}"), Engineering.Format(figures.ScratchpadBytesPerSecond, "B/s")),
        ];
        string[][] bottom =
        [
            Box("sequencer", Text($"{core}"), Text($"queues of {config.Sequencer.QueueDepth}"), Text($"{config.Sequencer.Semaphores} semaphores")),
            Box("matmul arrays", Text($"{arrays.Count} x {arrays.Rows}x{arrays.Columns}"), Text($"weights {arrays.WeightPort}/cycle"), Text($"sums {arrays.Accumulators} each")),
            Box("vector units", Text($"{vectors.Count} x {vectors.Lanes} lanes"), Engineering.Format(figures.VectorElementsPerSecond, "elements/s"), ""),
        ];
        var gap = new string(' ', 4);
        for (var i = 0; i < top[0].Length; i++)
        {
            yield return string.Join(i == 2 ? "<==>" : gap, top.Select(box => box[i]));
        }

        var width = Inner + 4;
        var (left, right) = ((2 * width) + gap.Length - Inset, (3 * width) + (2 * gap.Length) - Inset);
        yield return new string(' ', left) + "┌" + new string('─', right - left - 1) + "┤";
        for (var i = 0; i < bottom[0].Length; i++)
        {
            var line = string.Join(gap, bottom.Select(box => box[i]));
            yield return i > 0 ? line : Tee(Tee(line, left), right);
        }
    }

    private static string Tee(string line, int at) => string.Concat(line.AsSpan(0, at), "┴", line.AsSpan(at + 1));

    private static string[] Box(string title, params ReadOnlySpan<string> lines)
    {
        var box = new List<string> { $"┌─ {title} {new string('─', Inner - title.Length - 1)}┐" };
        foreach (var line in lines)
        {
            box.Add($"│ {line.PadRight(Inner)} │");
        }

        box.Add($"└{new string('─', Inner + 2)}┘");
        return [.. box];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
