using Accel.Compiler.Quantization;

namespace Accel.Compiler.Passes;

/// <summary>
/// The integer model on its way to commands: its ops in order, and for each value and reader whether the reader finds it in the
/// scratchpad. Every other value goes to memory behind its producer and comes back for each reader. A pass may drop ops and keep values on
/// chip; it cannot change what is computed.
/// </summary>
public sealed class ModelPlan
{
    private readonly HashSet<(int Value, int Reader)> _onChip = [];
    private readonly List<QuantizedOp> _ops;
    private readonly List<QuantizedState> _residents = [];
    private List<int>[] _readers = [];
    private List<QuantizedValue>[] _operands = [];
    private Dictionary<int, int> _producers = [];

    /// <param name="space">How states are laid out.</param>
    public ModelPlan(QuantizedGraph graph, StateSpace space)
    {
        (Graph, StateSpace) = (graph, space);
        _ops = [.. graph.Ops];
        Index();
    }

    public QuantizedGraph Graph { get; }

    public StateSpace StateSpace { get; }

    public IReadOnlyList<QuantizedOp> Ops => _ops;

    /// <summary>States that stay in the scratchpad between runs, those first that gain most by it.</summary>
    public IReadOnlyList<QuantizedState> Residents => _residents;

    /// <summary>Scores of attention stay in the scratchpad.</summary>
    public bool KeepsScores { get; set; }

    /// <summary>Indices of the ops that read a value, in order.</summary>
    public IReadOnlyList<int> ReadersOf(QuantizedValue value) => _readers[value.Id];

    /// <summary>Operands of an op, each once.</summary>
    public IReadOnlyList<QuantizedValue> OperandsOf(int op) => _operands[op];

    /// <summary>Index of the op that computes a value; -1 for none.</summary>
    public int ProducerOf(QuantizedValue value) => _producers.GetValueOrDefault(value.Id, -1);

    public bool IsOnChip(QuantizedValue value, int reader) => _onChip.Contains((value.Id, reader));

    /// <summary>Whether some reader fetches the value from memory.</summary>
    public bool NeedsMemory(QuantizedValue value)
    {
        foreach (var reader in _readers[value.Id])
        {
            if (!IsOnChip(value, reader))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether some op behind one finds the value on chip.</summary>
    public bool IsOnChipAfter(QuantizedValue value, int op)
    {
        foreach (var reader in _readers[value.Id])
        {
            if (reader > op && IsOnChip(value, reader))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Lets a reader find a value where its producer left it.</summary>
    public void Keep(QuantizedValue value, int reader) => _onChip.Add((value.Id, reader));

    /// <summary>Lets all readers that pass the test find a value on chip.</summary>
    public void KeepFor(QuantizedValue value, Func<QuantizedOp, bool> isReader)
    {
        foreach (var reader in ReadersOf(value))
        {
            if (isReader(_ops[reader]))
            {
                Keep(value, reader);
            }
        }
    }

    /// <summary>Lets a state stay in the scratchpad between runs, if no earlier one needs its place.</summary>
    public void KeepState(QuantizedState state) => _residents.Add(state);

    /// <summary>Takes ops out of the plan; only before anything is kept on chip.</summary>
    public void Remove(Predicate<QuantizedOp> match)
    {
        if (_onChip.Count > 0)
        {
            throw new InvalidOperationException("ops are dropped before values are placed");
        }

        if (_ops.RemoveAll(match) > 0)
        {
            Index();
        }
    }

    private void Index()
    {
        _readers = new List<int>[Graph.Values.Count];
        for (var value = 0; value < _readers.Length; value++)
        {
            _readers[value] = [];
        }

        _producers = [];
        _operands = new List<QuantizedValue>[_ops.Count];
        for (var i = 0; i < _ops.Count; i++)
        {
            _producers.Add(_ops[i].Result.Id, i);
            _operands[i] = [];
            foreach (var operand in _ops[i].Operands)
            {
                if (!_operands[i].Contains(operand))
                {
                    _operands[i].Add(operand);
                    _readers[operand.Id].Add(i);
                }
            }
        }
    }
}
