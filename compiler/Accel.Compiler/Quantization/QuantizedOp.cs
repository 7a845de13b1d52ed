namespace Accel.Compiler.Quantization;

/// <summary>One operation of the integer model. Executed token by token: row <c>t</c> of the result depends on rows up to <c>t</c> only.</summary>
/// <param name="Result">What it computes.</param>
public abstract record QuantizedOp(QuantizedValue Result)
{
    /// <summary>The op's name in reports and listings.</summary>
    public abstract string Mnemonic { get; }

    /// <summary>The values it reads.</summary>
    public abstract IReadOnlyList<QuantizedValue> Operands { get; }

    /// <summary>The states it reads and writes.</summary>
    public virtual IReadOnlyList<QuantizedState> States => [];
}
