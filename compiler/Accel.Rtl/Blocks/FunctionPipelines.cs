using Accel.Compiler.Quantization.Arithmetic;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>Exponential and square root as pipelines, a result per cycle.</summary>
internal static class FunctionPipelines
{
    /// <summary>Cycles of <see cref="Exp2Negative"/>.</summary>
    public const int Exp2Latency = 3;

    /// <summary>Cycles of <see cref="Root"/>.</summary>
    public const int RootLatency = 4;

    private const int FractionBits = 24;
    private const int IndexBits = 8;

    /// <summary>The integer model's <c>exp2neg(d, 24, g)</c>; it equals <c>exp2neg(d', f, g)</c> for <c>d = d' &lt;&lt; (24 - f)</c>.</summary>
    /// <param name="d">Exponent with 24 fraction bits.</param>
    /// <param name="valid">When d is.</param>
    /// <param name="resultFraction">g, at most 30.</param>
    public static Unsigned Exp2Negative(Module m, FunctionRoms roms, string name, Unsigned d, Unsigned valid, int resultFraction)
    {
        var whole = d.ShiftRight(FractionBits);
        var isZero = m.Delay($"{name}_zero", whole > Unsigned.Constant(Exp2.Fraction + 1), valid);
        var places = m.Delay($"{name}_places", whole.Resize(5), valid);
        var rest = d.Resize(FractionBits);
        var sample = m.Delay($"{name}_sample", m.Instance(roms.Exp2, $"u_{name}").Connect("index", rest.Slice(FractionBits - 1, FractionBits - IndexBits))["sample"], valid);
        var within = m.Delay($"{name}_within", rest.Truncate(FractionBits - IndexBits), valid);
        var valid1 = m.DelayFlag($"{name}_valid_1", valid);

        var entry = sample.Truncate(31);
        var fall = FixedPointLogic.Shift((sample.ShiftRight(31) * within).ToSigned(), FractionBits - IndexBits);
        var value = m.Delay($"{name}_value", (entry.ToSigned() - fall).Truncate(32), valid1);
        var isZero2 = m.Delay($"{name}_zero_2", isZero, valid1);
        var places2 = m.Delay($"{name}_places_2", places, valid1);
        var valid2 = m.DelayFlag($"{name}_valid_2", valid1);

        var least = Exp2.Fraction - resultFraction;
        var shift = (places2 + Unsigned.Constant(Bits.Of(least), least)).ToSigned();
        var result = FixedPointLogic.Shift(value, shift, new(least, least + 31)).AsUnsigned().Resize(resultFraction + 1);
        return m.Delay(name, isZero2.Select(Unsigned.Constant(result.Width, 0), result), valid2);
    }

    /// <summary>The integer model's <c>sqrt30</c>.</summary>
    /// <param name="v">30 fraction bits, in <c>[0, 2^30]</c>: 31 bits.</param>
    public static Unsigned Root(Module m, FunctionRoms roms, string name, Unsigned v, Unsigned valid)
    {
        WidthException.ThrowIfNot(31, v.Width, "argument of a root");
        var least = m.Wire($"{name}_argument", v[30].Select(Unsigned.Constant(30, (1 << 30) - 1), v.Truncate(30)));
        var highest = FixedPointLogic.HighestBit(m, $"{name}_scan", least);
        // 29 - highest, an even number of places: the mantissa has its highest bit at 28 or 29.
        var places = m.Wire($"{name}_places", Unsigned.Constant(5, 29).WrappingSubtract(highest) & Unsigned.Constant(5, 30));
        var mantissa = m.Delay($"{name}_mantissa", least.ShiftLeft(places, 30), valid);
        var half = m.Delay($"{name}_half", places.Slice(4, 1), valid);
        var isZero = m.Delay($"{name}_zero", least.Is(0), valid);
        var valid1 = m.DelayFlag($"{name}_valid_1", valid);

        var index = mantissa.Slice(29, 22).WrappingSubtract(Unsigned.Constant(8, 64));
        var sample = m.Delay($"{name}_sample", m.Instance(roms.Root, $"u_{name}").Connect("index", index)["sample"], valid1);
        var rest = m.Delay($"{name}_rest", mantissa.Truncate(22), valid1);
        var half2 = m.Delay($"{name}_half_2", half, valid1);
        var isZero2 = m.Delay($"{name}_zero_2", isZero, valid1);
        var valid2 = m.DelayFlag($"{name}_valid_2", valid1);

        var rise = FixedPointLogic.Shift((sample.ShiftRight(31) * rest).ToSigned(), 22);
        var root = m.Delay($"{name}_root", (sample.Truncate(31).ToSigned() + rise).Truncate(32), valid2);
        var half3 = m.Delay($"{name}_half_3", half2, valid2);
        var isZero3 = m.Delay($"{name}_zero_3", isZero2, valid2);
        var valid3 = m.DelayFlag($"{name}_valid_3", valid2);

        var result = FixedPointLogic.Shift(root, half3.ToSigned(), new(0, 14)).AsUnsigned().Resize(31);
        return m.Delay(name, isZero3.Select(Unsigned.Constant(31, 0), result), valid3);
    }

    /// <summary>A value some cycles later.</summary>
    public static Signed Later(Module m, string name, Signed value, int cycles)
    {
        for (var i = 0; i < cycles; i++)
        {
            value = m.Delay($"{name}_{i}", value);
        }

        return value;
    }

    /// <inheritdoc cref="Later(Module, string, Signed, int)"/>
    public static Unsigned LaterFlag(Module m, string name, Unsigned flag, int cycles)
    {
        for (var i = 0; i < cycles; i++)
        {
            flag = m.DelayFlag($"{name}_{i}", flag);
        }

        return flag;
    }
}
