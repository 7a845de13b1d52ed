namespace Accel.Runtime.Execution;

/// <summary>Arrays of rows that values take turns in: an array is free again when the last value that shares it has been read.</summary>
internal sealed class RowMemory(int rows)
{
    private readonly Dictionary<int, Stack<float[]>> _free = [];
    private readonly Dictionary<float[], int> _holders = new(ReferenceEqualityComparer.Instance);

    /// <summary>Gives <paramref name="tensor"/> an array of <c>rows</c> rows.</summary>
    public void Take(ValueMemory tensor)
    {
        tensor.Floats = _free.TryGetValue(tensor.RowElements, out var free) && free.TryPop(out var array)
            ? array
            : GC.AllocateArray<float>(checked(rows * tensor.RowElements), pinned: true);
        _holders[tensor.Floats] = 1;
    }

    /// <summary><paramref name="tensor"/> is another view of the memory of <paramref name="source"/>.</summary>
    public void Share(ValueMemory source, ValueMemory tensor)
    {
        if (_holders.ContainsKey(source.Floats))
        {
            _holders[tensor.Floats]++;
        }
    }

    /// <summary>One of the holders is not read any more.</summary>
    public void Release(ValueMemory tensor)
    {
        if (!_holders.TryGetValue(tensor.Floats, out var holders))
        {
            return;
        }

        if (holders > 1)
        {
            _holders[tensor.Floats] = holders - 1;
            return;
        }

        _holders.Remove(tensor.Floats);
        var size = tensor.Floats.Length / rows;
        if (!_free.TryGetValue(size, out var free))
        {
            _free.Add(size, free = new());
        }

        free.Push(tensor.Floats);
    }
}
