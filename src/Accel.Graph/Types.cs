using System.Collections.Immutable;

namespace Accel.Graph;

/// <summary>The element type of a value in the float graph. Parameters may be stored otherwise; see <c>WeightSet</c>.</summary>
public enum ElementType
{
    F32,
    I32,
}

/// <summary>
/// One extent of a shape: a constant, or a symbol that is bound when a step runs: <c>T</c> tokens of this step, <c>C</c> the
/// capacity of a full KV cache, <c>S</c> the length of an encoder's output.
/// </summary>
public readonly record struct Dim
{
    private readonly long _value;

    private Dim(string? symbol, long value)
    {
        Symbol = symbol;
        _value = value;
    }

    /// <summary>Tokens in this step: the prompt's length in prefill, 1 in decode.</summary>
    public static Dim Tokens { get; } = Of("T");

    /// <summary>Capacity of a full KV cache, chosen when a session starts.</summary>
    public static Dim Context { get; } = Of("C");

    /// <summary>Length of an encoder's output.</summary>
    public static Dim Source { get; } = Of("S");

    public string? Symbol { get; }

    public bool IsConstant => Symbol is null;

    /// <summary>The extent, if it is a constant.</summary>
    /// <exception cref="InvalidOperationException">The extent is a symbol.</exception>
    public long Value => IsConstant ? _value : throw new InvalidOperationException($"the extent '{Symbol}' is not bound");

    public static Dim Of(string symbol) => new(symbol, 0);

    public static implicit operator Dim(long value) => FromInt64(value);

    public static Dim FromInt64(long value) => new(null, value);

    /// <summary>The extent under a binding of symbols.</summary>
    public long Resolve(in StepShape step) => Symbol switch
    {
        null => _value,
        "T" => step.Tokens,
        "C" => step.Capacity,
        "S" => step.Source,
        _ => throw new InvalidOperationException($"the extent '{Symbol}' is not bound by a step"),
    };

    public override string ToString() => Symbol ?? _value.ToString();
}

/// <summary>What a step is bound to: the symbols of a graph's shapes and the work that has gone before.</summary>
/// <param name="Tokens">Tokens in this step, <c>T</c>.</param>
/// <param name="Position">Tokens consumed by earlier steps.</param>
/// <param name="Capacity">Slots of a full KV cache, <c>C</c>.</param>
/// <param name="Source">Length of an encoder's output, <c>S</c>; 0 where there is none.</param>
public readonly record struct StepShape(long Tokens, long Position, long Capacity, long Source = 0);

/// <summary>Extents, slowest axis first; equal by content.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    private readonly ImmutableArray<Dim> _dims;

    public Shape(params ReadOnlySpan<Dim> dims) => _dims = [.. dims];

    public ImmutableArray<Dim> Dims => _dims.IsDefault ? [] : _dims;

    public int Rank => Dims.Length;

    /// <summary>The fastest axis.</summary>
    /// <exception cref="InvalidOperationException">The shape has no axis.</exception>
    public Dim Last => Rank > 0 ? Dims[^1] : throw new InvalidOperationException("a scalar has no last axis");

    /// <summary>The same shape with another last extent.</summary>
    /// <exception cref="InvalidOperationException">The shape has no axis.</exception>
    public Shape WithLast(Dim last) => Rank > 0 ? new([.. Dims[..^1], last]) : throw new InvalidOperationException("a scalar has no last axis");

    /// <summary>The product of all extents; every one must be constant.</summary>
    public long Elements => Dims.Aggregate(1L, (product, dim) => checked(product * dim.Value));

    /// <summary>The product of all extents of a bound shape.</summary>
    public long ElementsAt(in StepShape step)
    {
        var product = 1L;
        foreach (var dim in Dims)
        {
            product = checked(product * dim.Resolve(step));
        }

        return product;
    }

    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    public bool Equals(Shape other) => Dims.AsSpan().SequenceEqual(other.Dims.AsSpan());

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode() => Dims.Aggregate(17, HashCode.Combine);

    public override string ToString() => $"[{string.Join(", ", Dims)}]";
}

/// <summary>Element type and shape of a value.</summary>
public sealed record TensorType(ElementType Element, Shape Shape)
{
    public static TensorType F32(params ReadOnlySpan<Dim> dims) => new(ElementType.F32, new Shape(dims));

    public static TensorType I32(params ReadOnlySpan<Dim> dims) => new(ElementType.I32, new Shape(dims));

    public int Rank => Shape.Rank;

    public TensorType WithShape(params ReadOnlySpan<Dim> dims) => new(Element, new Shape(dims));

    public override string ToString() => $"{(Element == ElementType.F32 ? "f32" : "i32")}{Shape}";
}

/// <summary>Relations between types that several ops ask for.</summary>
internal static class TypeRelations
{
    /// <summary>Whether the op can walk the last axis: floats along a constant extent that is not the tokens.</summary>
    public static bool HasRuns(this TensorType x) => x is { Element: ElementType.F32, Rank: >= 1 } && x.Shape.Last is { IsConstant: true, Value: > 0 };

    /// <summary>Whether this type's extents are the trailing extents of <paramref name="whole"/>: a factor that repeats along leading axes.</summary>
    public static bool Matches(this TensorType factor, TensorType whole) =>
        factor.Element == ElementType.F32 && factor.Rank is >= 1 && factor.Rank <= whole.Rank
        && factor.Shape.Dims.AsSpan().SequenceEqual(whole.Shape.Dims.AsSpan()[^factor.Rank..]);
}
