using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>An elementwise op and the lane addresses of its values.</summary>
internal sealed record ElementwiseTask<T>(T Op, int Left, int Right, int Output)
    where T : QuantizedOp;

/// <summary>Sums, products and slices: an element per cycle.</summary>
internal static class Elementwise
{
    /// <summary>Memory, product, shift and saturation: cycles from an element's read to its write.</summary>
    private const int Latency = 2;

    public static Unit Add(IReadOnlyList<ElementwiseTask<QuantizedAdd>> tasks, MachineShape shape)
    {
        var unit = new UnitBuilder("add", "Sum of two values in fixed point: y = sat(shift(shift(a, LeftShift) +- shift(b, RightShift), OutputShift)).", tasks.Count);
        var m = unit.Module;
        var stream = Stream(unit, shape, tasks, out var output, out var isNarrow);
        var a = stream.Read("a", unit.Field("left", tasks.Select(t => (long)t.Left)), tasks.Max(t => t.Op.Left.Format.Bits));
        var b = stream.Read("b", unit.Field("right", tasks.Select(t => (long)t.Right)), tasks.Max(t => t.Op.Right.Format.Bits));
        var left = m.Wire("left", unit.Shift("left_shift", tasks.Select(t => t.Op.LeftShift))(a));
        var right = m.Wire("right", unit.Shift("right_shift", tasks.Select(t => t.Op.RightShift))(b));
        var negative = unit.Field("negative", tasks.Select(t => t.Op.Sign < 0 ? 1L : 0));
        var sum = m.Delay("sum", negative.Select(left - right, left + right), stream.IsData);
        var y = FixedPointLogic.SaturateLane(m, unit.Shift("output_shift", tasks.Select(t => t.Op.OutputShift))(sum), isNarrow);
        stream.Write(m.DelayFlag("sum_valid", stream.IsData), output, y);
        return unit.Build((step, _) => Cycles(tasks[step].Op.Output.Width));
    }

    public static Unit Multiply(IReadOnlyList<ElementwiseTask<QuantizedMultiply>> tasks, MachineShape shape)
    {
        var unit = new UnitBuilder("multiply", "Product of two values in fixed point: y = sat(shift(a * b, OutputShift)).", tasks.Count);
        var m = unit.Module;
        var stream = Stream(unit, shape, tasks, out var output, out var isNarrow);
        var a = stream.Read("a", unit.Field("left", tasks.Select(t => (long)t.Left)), tasks.Max(t => t.Op.Left.Format.Bits));
        var b = stream.Read("b", unit.Field("right", tasks.Select(t => (long)t.Right)), tasks.Max(t => t.Op.Right.Format.Bits));
        var product = m.Delay("product", a * b, stream.IsData);
        var y = FixedPointLogic.SaturateLane(m, unit.Shift("output_shift", tasks.Select(t => t.Op.OutputShift))(product), isNarrow);
        stream.Write(m.DelayFlag("product_valid", stream.IsData), output, y);
        return unit.Build((step, _) => Cycles(tasks[step].Op.Output.Width));
    }

    public static Unit Slice(IReadOnlyList<ElementwiseTask<QuantizedSlice>> tasks, MachineShape shape)
    {
        var unit = new UnitBuilder("slice", "Part of a value in another format: y = sat(shift(x, OutputShift)).", tasks.Count);
        var m = unit.Module;
        var stream = Stream(unit, shape, tasks, out var output, out var isNarrow);
        var x = stream.Read("a", unit.Field("left", tasks.Select(t => (long)t.Left + t.Op.Start)), tasks.Max(t => t.Op.Input.Format.Bits));
        var lane = m.Delay("lane", x, stream.IsData);
        var y = FixedPointLogic.SaturateLane(m, unit.Shift("output_shift", tasks.Select(t => t.Op.OutputShift))(lane), isNarrow);
        stream.Write(m.DelayFlag("lane_valid", stream.IsData), output, y);
        return unit.Build((step, _) => Cycles(tasks[step].Op.Output.Width));
    }

    /// <summary>Start, an element per cycle, and the way through memory and pipeline.</summary>
    private static long Cycles(int width) => 1 + width + Latency;

    private static LaneStream Stream<T>(UnitBuilder unit, MachineShape shape, IReadOnlyList<ElementwiseTask<T>> tasks, out Unsigned output, out Unsigned isNarrow)
        where T : QuantizedOp
    {
        var results = tasks.Select(t => (LaneValue)t.Op.Result).ToList();
        output = unit.Field("output", tasks.Select(t => (long)t.Output));
        isNarrow = unit.Field("is_narrow", results.Select(r => r.Format.Bits == 16 ? 1L : 0));
        return new LaneStream(unit, shape, unit.Field("count", results.Select(r => (long)r.Width)));
    }
}
