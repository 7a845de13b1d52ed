namespace Accel.Graph;

/// <summary>
/// What a node computes: a typed record whose fields are the attributes. Each op stands in a file of its own under <c>Ops/</c>
/// with its meaning, and in one line of <see cref="OpCatalogue"/>.
/// </summary>
public abstract record Op
{
    /// <summary>The op's name in the text form.</summary>
    public abstract string Mnemonic { get; }

    /// <summary>The types of the results, from those of the operands.</summary>
    /// <exception cref="IrException">The operands do not fit the op.</exception>
    public abstract TensorType[] InferTypes(ReadOnlySpan<TensorType> operands);

    /// <summary>The attributes in the order in which they print; those at their default are left out.</summary>
    public virtual IEnumerable<OpAttribute> Attributes => [];

    /// <summary>
    /// Whether row <c>t</c> of the results depends on row <c>t</c> of the operands alone, so that a caller who wants the last row
    /// only need compute the last row only.
    /// </summary>
    public virtual bool IsRowWise => true;

    /// <summary>Multiply-accumulates that the op needs in a step; elementwise work is not counted.</summary>
    public virtual long Macs(ReadOnlySpan<TensorType> operands, in StepShape step) => 0;

    /// <summary>The error for operands that do not fit.</summary>
    protected IrException Misfit(string expected, ReadOnlySpan<TensorType> operands) =>
        new(Mnemonic, "operands", expected, operands.Length == 0 ? "none" : string.Join(" and ", operands.ToArray().Select(o => o.ToString())));
}

/// <summary>One attribute of an op: a number, a truth value, a word or a list of numbers.</summary>
/// <param name="Name">Snake case, as in the text form.</param>
/// <param name="Value"><see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/>, <c>long[]</c> or <c>double[]</c>.</param>
public readonly record struct OpAttribute(string Name, object Value);
