using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>The parts of an RMS norm: a row at 20 bits, its sum of squares, and the operand of the root.</summary>
internal static class RowNormLogic
{
    /// <summary>Bits of the normalised row.</summary>
    public const int NormalisedBits = 22;

    private const int LaneBits = MachineShape.LaneWidth;

    /// <summary>Leading zeros of a positive lane less one, as if 0 were 1.</summary>
    public static Unsigned Headroom(Module m, string name, Unsigned value) =>
        Unsigned.Constant(5, LaneBits - 2).WrappingSubtract(FixedPointLogic.HighestBit(m, name, value));

    /// <summary>e: by how many places the row is normalised, taken when <paramref name="enable"/> is high.</summary>
    /// <param name="norms">Per step of the unit; null for one without.</param>
    public static Unsigned Places(UnitBuilder unit, IReadOnlyList<RowNorm?> norms, Unsigned headroom, Unsigned enable)
    {
        var greatest = unit.Field("greatest_headroom", norms.Select(norm => (long)(norm?.GreatestHeadroom ?? 0))).Resize(5);
        var places = unit.Module.Register("normal_places", 5, comment: "e, the row's headroom as far as it is used");
        return places.Next(enable, (headroom > greatest).Select(greatest, headroom));
    }

    /// <summary>A lane at 20 bits.</summary>
    public static Signed Normalised(Signed x, Unsigned places) =>
        FixedPointLogic.Shift(x, Signed.Constant(6, 11) - places.ToSigned(), new(11 - 30, 11)).Truncate(NormalisedBits);

    /// <summary>Sum of the squares of a row.</summary>
    public static Unsigned Squares(Module m, Signed normalised, int length, Unsigned clear, Unsigned add)
    {
        var bits = 41 + Bits.Of(length);
        var squares = m.Register("squares", bits);
        return squares.Next(clear, 0).Next(add, (squares.Value + (normalised * normalised).AsUnsigned()).Truncate(bits));
    }

    /// <summary>1 / sqrt(V) is r 2^-(35 + k), with r the root of this mantissa: V is summed when <paramref name="sum"/> is high, the rest follows a cycle later.</summary>
    public static (Unsigned Mantissa, Signed HalfExponent) RootOperand(UnitBuilder unit, IReadOnlyList<RowNorm?> norms, Unsigned squares, Unsigned places, Unsigned sum, Unsigned enable)
    {
        var m = unit.Module;
        var total = Total(unit, norms, squares, places, sum);
        var highest = m.Wire("highest", FixedPointLogic.HighestBit(m, "total_scan", total));
        var halfExponent = m.Wire("half_exponent_next", (highest.ToSigned() - Signed.Constant(22)).ShiftRight(1));
        var up = (-halfExponent).ShiftLeft(1).AsUnsigned().Truncate(5);
        var down = halfExponent.ShiftLeft(1).AsUnsigned().Truncate(6);
        return (
            m.Delay("root_mantissa", halfExponent.IsNegative().Select(total.ShiftLeft(up, 24), total.ShiftRight(down).Resize(24)), enable),
            m.Delay("half_exponent", halfExponent, enable));
    }

    /// <summary>V: the squares and epsilon, at least 1.</summary>
    private static Unsigned Total(UnitBuilder unit, IReadOnlyList<RowNorm?> norms, Unsigned squares, Unsigned normalPlaces, Unsigned enable)
    {
        var m = unit.Module;
        var known = norms.OfType<RowNorm>().ToList();
        var range = known.Count == 0 ? new ShiftRange(0, 0) : new ShiftRange(known.Min(n => n.EpsilonShift - (2 * n.GreatestHeadroom)), known.Max(n => n.EpsilonShift));
        var epsilon = unit.Field("epsilon", norms.Select(norm => (long)(norm?.EpsilonMantissa ?? 0)));
        var shift = unit.SignedField("epsilon_shift", norms.Select(norm => (long)(norm?.EpsilonShift ?? range.Greatest)));
        var places = (shift - normalPlaces.ToSigned().ShiftLeft(1)).Resize(Math.Max(Bits.OfSigned(range.Least), Bits.OfSigned(range.Greatest)) + 1);
        var share = FixedPointLogic.Shift(epsilon.ToSigned(), places, range).AsUnsigned();
        var sum = m.Wire("total_next", (squares + share).Resize(Math.Min(63, Math.Max(squares.Width, share.Width) + 1)));
        return m.Delay("total", sum.Any().Select(sum, Unsigned.Constant(sum.Width, 1)), enable);
    }
}
