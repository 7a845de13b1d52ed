using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;

namespace Accel.Rtl.Chip;

/// <summary>Where each state stands in the memory of its kind: caches head by head, a word per slot; convolutions and recurrences a word per channel.</summary>
internal sealed class StatePlan
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly int _contextLength;

    /// <exception cref="InputException">A state of two ops.</exception>
    public StatePlan(QuantizedGraph graph, int contextLength)
    {
        _contextLength = contextLength;
        var users = graph.Ops.SelectMany(op => op.States).GroupBy(state => state.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (users is not null)
        {
            throw new InputException(graph.Name, users.Key, "a state of one op", $"{users.Count()} ops that share it");
        }

        var rings = new SortedSet<int>();
        foreach (var op in graph.Ops)
        {
            switch (op)
            {
                case QuantizedAttention attention:
                    _places[attention.Keys.Name] = CacheDepth;
                    CacheDepth = checked(CacheDepth + (attention.KeyHeads * Slots(attention)));
                    Visible = Math.Max(Visible, attention.Window > 0 ? Math.Min(attention.Window, contextLength) : contextLength);
                    rings.Add(Slots(attention));
                    break;
                case QuantizedCausalConv conv:
                    _places[conv.State.Name] = ConvolutionDepth;
                    ConvolutionDepth = checked(ConvolutionDepth + conv.State.Channels);
                    break;
                case QuantizedRgLru lru:
                    _places[lru.State.Name] = RecurrenceDepth;
                    RecurrenceDepth = checked(RecurrenceDepth + lru.State.Elements);
                    break;
            }
        }

        Rings = [.. rings];
    }

    /// <summary>Words of the caches of keys and of values.</summary>
    public int CacheDepth { get; }

    /// <summary>Most keys that a query sees.</summary>
    public int Visible { get; }

    /// <summary>The different numbers of slots.</summary>
    public IReadOnlyList<int> Rings { get; }

    public int ConvolutionDepth { get; }

    public int RecurrenceDepth { get; }

    /// <summary>First word of a state (of an attention, by its keys).</summary>
    public int this[QuantizedState state] => _places[state.Name];

    /// <summary>Slots per head; position p lives in slot p mod this.</summary>
    /// <exception cref="InputException">Keys and values of different numbers of slots.</exception>
    public int Slots(QuantizedAttention op) => op.Keys.Slots == op.Values.Slots
        ? op.Keys.Slots == 0 ? _contextLength : op.Keys.Slots
        : throw new InputException(op.Result.Name, "caches", $"{op.Keys.Slots} slots for values as for keys", $"{op.Values.Slots}");
}
