using Accel.Compiler.Quantization;
using Accel.Compiler.Scheduling;

namespace Accel.Rtl.Chip;

/// <summary>
/// Where each value of a token stands: lanes in the lane buffer, codes in the code buffer, scales in registers. A place is free again behind
/// the last step that reads it.
/// </summary>
internal sealed class BufferPlan
{
    private const int BytesPerLane = 4;

    private readonly Dictionary<int, long> _places = [];
    private readonly Dictionary<int, int> _scales = [];

    public BufferPlan(QuantizedGraph graph, int lanesPerWord)
    {
        var lanes = new LinearScanAllocator(graph.Name, long.MaxValue);
        var codes = new LinearScanAllocator(graph.Name, long.MaxValue);
        var lastUse = new Dictionary<int, int> { [graph.Logits.Id] = int.MaxValue };
        for (var i = 0; i < graph.Ops.Count; i++)
        {
            foreach (var operand in graph.Ops[i].Operands)
            {
                lastUse[operand.Id] = Math.Max(lastUse.GetValueOrDefault(operand.Id), i);
            }
        }

        var live = new List<(QuantizedValue Value, Block Block)>();
        for (var i = 0; i < graph.Ops.Count; i++)
        {
            var result = graph.Ops[i].Result;
            var block = result is CodeValue ? codes.Allocate(LinearScanAllocator.Alignment * CodeWords(result.Width, lanesPerWord)) : lanes.Allocate(BytesPerLane * (long)result.Width);
            _places[result.Id] = result is CodeValue ? block.Start / LinearScanAllocator.Alignment : block.Start / BytesPerLane;
            if (result is CodeValue)
            {
                _scales[result.Id] = Enumerable.Range(0, int.MaxValue).First(slot => live.All(l => l.Value is not CodeValue || _scales[l.Value.Id] != slot));
                Scales = Math.Max(Scales, _scales[result.Id] + 1);
            }

            live.Add((result, block));
            foreach (var ended in live.Where(l => lastUse.GetValueOrDefault(l.Value.Id) <= i).ToList())
            {
                (ended.Value is CodeValue ? codes : lanes).Free(ended.Block);
                live.Remove(ended);
            }
        }

        LaneDepth = Math.Max(2, checked((int)(lanes.Peak / BytesPerLane)));
        CodeDepth = Math.Max(2, checked((int)(codes.Peak / LinearScanAllocator.Alignment)));
    }

    /// <summary>Lanes of the buffer.</summary>
    public int LaneDepth { get; }

    /// <summary>Words of the code buffer.</summary>
    public int CodeDepth { get; }

    /// <summary>Scale registers.</summary>
    public int Scales { get; }

    /// <summary>First lane, or first word of codes.</summary>
    public int this[QuantizedValue value] => (int)_places[value.Id];

    public int Scale(CodeValue value) => _scales[value.Id];

    private static long CodeWords(int width, int lanesPerWord) => ((long)width + lanesPerWord - 1) / lanesPerWord;
}
