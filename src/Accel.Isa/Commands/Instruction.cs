namespace Accel.Isa.Commands;

/// <summary>One step of an entry point: either the sequencer's own, or a <see cref="Command"/> that it hands to a unit.</summary>
public abstract record Instruction
{
    /// <summary>The instruction's word in listings.</summary>
    public abstract string Mnemonic { get; }
}
