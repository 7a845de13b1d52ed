namespace Accel.Rtl.Chip;

/// <summary>
/// The ports of a chip. One sequence after another: a prompt comes in, tokens go out, the last of each stream marked by <c>tlast</c>;
/// then the chip is empty again. README of this folder, "Ports".
/// </summary>
/// <param name="TopModule">The module's name.</param>
/// <param name="VocabularySize">Token ids are below this; a greater one is taken as 0.</param>
/// <param name="ContextLength">Most tokens that a sequence consumes.</param>
/// <param name="HasProbe">Whether the ports <c>probe_*</c> exist.</param>
public sealed record ChipInterface(string TopModule, int VocabularySize, int ContextLength, bool HasProbe)
{
    /// <summary>Bits of a token on both streams, of <c>token_limit</c>, of <c>position</c> and of a probe's index.</summary>
    public const int TokenWidth = 16;

    /// <summary>Bits of the cycle counters.</summary>
    public const int CycleWidth = 32;

    /// <summary>Bits of <c>seed</c>, the shift register's state when a sequence begins.</summary>
    public const int SeedWidth = 64;

    /// <summary>Bits of <c>inverse_temperature</c>; 0 is greedy.</summary>
    public const int TemperatureWidth = 16;

    /// <summary>Bits of <c>probe_step</c>.</summary>
    public const int StepWidth = 16;

    /// <summary>Bits of <c>probe_data</c>, signed.</summary>
    public const int ProbeWidth = 32;
}
