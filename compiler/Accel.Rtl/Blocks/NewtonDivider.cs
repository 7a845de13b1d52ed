using System.Numerics;
using Accel.Compiler.Quantization.Arithmetic;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>
/// <c>recip(m)</c> and <c>rsqrt(m)</c> of the integer model: a seed from a ROM and two Newton steps, through one multiplier.
/// </summary>
internal static class NewtonDivider
{
    /// <summary>Cycles from start to done of a reciprocal, both counted: seed, two steps of two products, done.</summary>
    public const int ReciprocalCycles = 6;

    /// <summary>The same of a reciprocal square root, with three products a step.</summary>
    public const int RootCycles = 8;

    private const int OperandBits = 26;

    /// <summary>Ports: <c>start</c>, <c>is_root</c> and <c>m</c>, both steady until done; <c>done</c>, <c>y</c> from done on.</summary>
    public static Module Build()
    {
        var m = new Module("newton_divider", "recip(m) = 2^47 / m for m in [2^23, 2^24), or rsqrt(m) = 2^35 / sqrt(m) for m in [2^22, 2^24): seed and two Newton steps.");
        var start = m.Input("start", comment: "high for one cycle");
        var isRoot = m.Input("is_root", comment: "steady until done");
        var mantissa = m.Input("m", 24, "steady until done");
        var seeds = m.Lookup("seed", Unsigned.Concat(isRoot, mantissa.Slice(23, 16)), 24, Seeds());
        var state = m.StateMachine("state", "idle", "square", "residue", "step", "finished");
        var second = m.Register("second", comment: "the second Newton step is under way");
        var y = m.Register("estimate", 25);
        var t = m.Register("partial", OperandBits, comment: "rsqrt: y^2, then the residue");

        m.Comment("One product per cycle: y y, m (y or y^2), y t.");
        var (inSquare, inResidue) = (m.Wire("in_square", state.In("square")), m.Wire("in_residue", state.In("residue")));
        var inStep = m.Wire("in_step", state.In("step"));
        var estimate = y.Value.Extend(OperandBits);
        var left = m.Wire("left", inResidue.Select(mantissa.Extend(OperandBits), estimate));
        var right = m.Wire("right", (inSquare | (inResidue & ~isRoot)).Select(estimate, t.Value));
        var product = m.Wire("product", (left * right).Truncate(51));
        var rounded = m.Wire("rounded", FixedPointLogic.Shift(product.ToSigned(), 24).AsUnsigned());
        var whole = isRoot.Select(Unsigned.Constant(48, new BigInteger(3) << 46), Unsigned.Constant(49, BigInteger.One << 48));
        var residue = FixedPointLogic.Shift(whole - product, 23).AsUnsigned().Resize(OperandBits);

        y.Next(start, seeds.Extend(25)).Next(inStep, rounded.Resize(25));
        t.Next(inSquare, rounded.Resize(OperandBits)).Next(inResidue, residue);
        second.Next(start, 0).Next(inStep, 1);
        state.Go("idle", start & isRoot, "square");
        state.Go("idle", start, "residue");
        state.Go("square", "residue");
        state.Go("residue", "step");
        state.Go("step", second, "finished");
        state.Go("step", isRoot, "square");
        state.Go("step", "residue");
        state.Go("finished", "idle");
        m.Output("done", state.In("finished"));
        m.Output("y", y.Value);
        return m;
    }

    private static BigInteger[] Seeds()
    {
        var seeds = new BigInteger[512];
        for (var i = 0; i < Reciprocal.Seeds.Count; i++)
        {
            seeds[i + 128] = Reciprocal.Seeds[i];
        }

        for (var i = 0; i < ReciprocalSquareRoot.Seeds.Count; i++)
        {
            seeds[256 + i + 64] = ReciprocalSquareRoot.Seeds[i];
        }

        return seeds;
    }
}
