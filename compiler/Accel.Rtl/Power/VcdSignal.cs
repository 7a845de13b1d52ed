namespace Accel.Rtl.Power;

/// <summary>A signal of a simulated run, and how often its bits changed between 0 and 1.</summary>
/// <param name="Scope">Names from the outermost inwards, joined by dots.</param>
/// <param name="Name">Without its range.</param>
/// <param name="Width">Bits.</param>
/// <param name="Toggles">Of all its bits.</param>
public sealed record VcdSignal(string Scope, string Name, int Width, long Toggles);
