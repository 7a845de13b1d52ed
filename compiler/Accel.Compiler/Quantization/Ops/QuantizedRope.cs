using Accel.Graph.Ops;

namespace Accel.Compiler.Quantization.Ops;

/// <summary>
/// Rotary position embedding by a ROM of cosines and sines: <c>y0 = sat(shift(x0 c - x1 s, 14))</c>,
/// <c>y1 = sat(shift(x1 c + x0 s, 14))</c>; lanes beyond the rotated ones pass. Input and output share one format.
/// </summary>
/// <param name="HeadWidth">Lanes of a head; divides the width.</param>
/// <param name="Rotation">The pairs and their radians per position.</param>
public sealed record QuantizedRope(LaneValue Input, LaneValue Output, int HeadWidth, Rope Rotation) : QuantizedOp(Output)
{
    /// <summary>Fraction bits of the ROM's entries.</summary>
    public const int RomFraction = 14;

    public override string Mnemonic => "rope";

    public override IReadOnlyList<QuantizedValue> Operands => [Input];

    /// <summary>The two lanes of a head that a pair rotates.</summary>
    public (int First, int Second) Pair(int pair) =>
        Rotation.Layout == RopeLayout.Half ? (pair, pair + Rotation.Frequencies.Length) : (2 * pair, (2 * pair) + 1);

    /// <summary>The ROM's row of a position: <c>round(2^14 * Magnitude * cos(position * frequency))</c> and the sine alike.</summary>
    public void FillRom(long position, Span<int> cosines, Span<int> sines)
    {
        for (var i = 0; i < Rotation.Frequencies.Length; i++)
        {
            var (sine, cosine) = Math.SinCos(position * Rotation.Frequencies[i]);
            cosines[i] = (int)Math.Round(Math.ScaleB(cosine * Rotation.Magnitude, RomFraction));
            sines[i] = (int)Math.Round(Math.ScaleB(sine * Rotation.Magnitude, RomFraction));
        }
    }
}
