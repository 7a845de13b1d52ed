namespace Accel.Sim.Timing.Units;

/// <summary>What one product did to a pipeline in one state.</summary>
internal sealed class PassRecord
{
    private long[] _before = [];
    private long[] _after = [];
    private bool _isKept;

    private ProductShape _shape;

    /// <summary>The product.</summary>
    public ref readonly ProductShape Shape => ref _shape;

    /// <summary>Whether nothing is multiplied.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>Multiply-accumulates.</summary>
    public Int128 Macs { get; private set; }

    /// <summary>From start to end.</summary>
    public long Cycles { get; private set; }

    /// <summary>The state it left, counted from its start.</summary>
    public ReadOnlySpan<long> After => _after;

    /// <summary>How often it was looked up.</summary>
    public long Recalled { get; private set; }

    /// <summary>The state it found, counted from its start; empty if there is no record.</summary>
    public ReadOnlySpan<long> Before => _isKept ? _before : [];

    public void Recall() => Recalled++;

    public void Keep(ReadOnlySpan<long> before, ReadOnlySpan<long> after, long cycles)
    {
        if (_before.Length == 0)
        {
            (_before, _after) = (new long[before.Length], new long[after.Length]);
        }

        before.CopyTo(_before);
        after.CopyTo(_after);
        (Cycles, _isKept) = (cycles, true);
    }

    /// <summary>The product has other sizes now.</summary>
    public void Forget(in ProductShape shape) => (_shape, IsEmpty, Macs, _isKept) = (shape, shape.IsEmpty, shape.Macs, false);
}
