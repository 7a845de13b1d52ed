namespace Accel.Compiler.Quantization;

/// <summary>What a model carries from one token to the next; all zero at position 0.</summary>
/// <param name="Name">The float graph's name of the state.</param>
public abstract record QuantizedState(string Name);

/// <summary>
/// Keys or values of the tokens so far: per slot and head <see cref="Width"/> codes and one scale, the absolute maximum of the
/// lanes that were coded (16 bits, unsigned). Position <c>p</c> lives in slot <c>p mod Slots</c>.
/// </summary>
/// <param name="Slots">Slots of a ring; 0 for one slot per position up to the context that a run is laid out for.</param>
/// <param name="CodeBits">8 or 16.</param>
/// <param name="Format">Of the lanes before coding: <c>x = code * scale / Limit * 2^-Format.Fraction</c>.</param>
public sealed record CacheState(string Name, int Slots, int Heads, int Width, int CodeBits, FixedFormat Format) : QuantizedState(Name)
{
    public int Limit => (1 << (CodeBits - 1)) - 1;

    public long BitsPerSlot => Heads * (((long)Width * CodeBits) + 16);
}

/// <summary>The last inputs of a causal convolution, oldest first: <c>[Rows, Channels]</c> lanes in the format of its input.</summary>
public sealed record ConvState(string Name, int Rows, int Channels, FixedFormat Format) : QuantizedState(Name);

/// <summary>The state of a recurrence: <see cref="Elements"/> lanes, 32 bits each.</summary>
public sealed record RecurrentState(string Name, int Elements, FixedFormat Format) : QuantizedState(Name);
