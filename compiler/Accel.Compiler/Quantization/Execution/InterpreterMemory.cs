using Accel.Core.Diagnostics;

namespace Accel.Compiler.Quantization.Execution;

/// <summary>The integers of every value of a step, and of every state.</summary>
internal sealed class InterpreterMemory
{
    private readonly int[][] _lanes;
    private readonly short[][] _codes;
    private readonly Dictionary<string, StateMemory> _states = new(StringComparer.Ordinal);

    public InterpreterMemory(QuantizedGraph graph, InterpreterOptions options)
    {
        Options = options;
        _lanes = new int[graph.Values.Count][];
        _codes = new short[graph.Values.Count][];
        foreach (var value in graph.Values)
        {
            var elements = checked(options.ChunkTokens * value.Width);
            _lanes[value.Id] = new int[value is CodeValue ? options.ChunkTokens : elements];
            _codes[value.Id] = value is CodeValue ? new short[elements] : [];
        }

        foreach (var state in graph.States)
        {
            _states.Add(state.Name, new StateMemory(graph.Name, state, options.ContextLength));
        }
    }

    public InterpreterOptions Options { get; }

    /// <summary>Lanes, row by row.</summary>
    public int[] Lanes(LaneValue value) => _lanes[value.Id];

    /// <summary>One scale per token.</summary>
    public int[] Scales(CodeValue value) => _lanes[value.Id];

    public short[] Codes(CodeValue value) => _codes[value.Id];

    public StateMemory this[QuantizedState state] => _states[state.Name];

    public void Reset()
    {
        foreach (var state in _states.Values)
        {
            Array.Clear(state.Lanes);
            Array.Clear(state.Codes);
        }
    }
}

/// <summary>The integers of a state: of a cache codes <c>[slot, head, width]</c> and scales <c>[slot, head]</c>, else lanes.</summary>
internal sealed class StateMemory
{
    public StateMemory(string model, QuantizedState state, int contextLength)
    {
        switch (state)
        {
            case CacheState cache:
                Slots = cache.Slots == 0 ? contextLength : cache.Slots;
                var elements = (long)Slots * cache.Heads * cache.Width;
                Codes = elements <= Array.MaxLength
                    ? new short[elements]
                    : throw new InputException(model, cache.Name, $"at most {Array.MaxLength} codes", $"{elements}");
                Lanes = new int[Slots * cache.Heads];
                break;
            case ConvState conv:
                Lanes = new int[conv.Rows * conv.Channels];
                break;
            case RecurrentState recurrent:
                Lanes = new int[recurrent.Elements];
                break;
        }
    }

    public int Slots { get; }

    public short[] Codes { get; } = [];

    public int[] Lanes { get; } = [];
}
