using System.Globalization;
using System.Numerics;
using Accel.Compiler.Passes;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;

namespace Accel.Compiler.Emit;

/// <summary>
/// Places constants and states layer by layer, in the order in which they are read. Layers begin at multiples of what covers every bank of
/// the memory: equal layers meet the same channels, banks and columns, and differ only in their rows.
/// </summary>
internal sealed class LayerPlacement(DramLayout dram, ModelPlan plan, WeightPlan matrices, StateSpace states, Func<QuantizedState, bool> isOnChip)
{
    /// <summary>A row of every bank of the largest memories at hand: 256 pseudo-channels of HBM3 with 16 banks of 1 KiB.</summary>
    private const long AllBanks = 4 << 20;

    /// <summary>No more than one part in so many of a layer is gap.</summary>
    private const int GapWorth = 8;

    /// <param name="capacity">Bytes of the memory: where gaps do not fit, there are none.</param>
    public void Run(Machine machine, long capacity)
    {
        foreach (var op in plan.Ops)
        {
            PlaceShared(op);
        }

        var names = plan.Ops.Select(op => LayerOf(op.Result.Name)).ToArray();
        var layers = CountOf(names);
        var bytes = matrices.BytesOf(plan.Ops.Where((_, i) => names[i].Length > 0).OfType<QuantizedLinear>().Select(op => op.Weight));
        var wanted = Math.Min(AllBanks, bytes / Math.Max(1, layers) / GapWorth);
        var step = wanted > machine.Stripe && bytes + (layers * wanted) <= capacity / 2 ? 1L << BitOperations.Log2((ulong)wanted) : 0;
        var layer = "";
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Length > 0 && names[i] != layer)
            {
                layer = names[i];
                dram.Align(step);
            }

            PlaceOwn(plan.Ops[i]);
        }
    }

    /// <summary>The name up to its first number: <c>layers.3</c>; empty outside of layers.</summary>
    internal static string LayerOf(string name)
    {
        foreach (var part in name.AsSpan().Split('.'))
        {
            if (int.TryParse(name.AsSpan(part), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                return name[..part.End];
            }
        }

        return "";
    }

    private static int CountOf(string[] layers)
    {
        var seen = new HashSet<string>(layers, StringComparer.Ordinal);
        seen.Remove("");
        return seen.Count;
    }

    /// <summary>What several layers read.</summary>
    private void PlaceShared(QuantizedOp op)
    {
        switch (op)
        {
            case QuantizedTable table:
                dram.Table(table.Table, table.Function);
                break;
            case QuantizedRope rope:
                dram.Rotation(rope, RopeLowering.TableRows(plan, dram, rope, states.ContextLength));
                break;
        }
    }

    private void PlaceOwn(QuantizedOp op)
    {
        if (op is QuantizedLinear or QuantizedEmbedding)
        {
            var matrix = op is QuantizedLinear linear ? linear.Weight : ((QuantizedEmbedding)op).Table;
            var layout = matrices.LayoutOf(matrix);
            dram.Matrix(matrix, layout, op is QuantizedEmbedding);
            if (layout.MantissaBytes > 0)
            {
                dram.Mantissas(matrix, layout);
            }
        }

        foreach (var vector in ConstantLoads.VectorsOf(op))
        {
            dram.Vector(vector);
        }

        foreach (var state in op.States)
        {
            if (!isOnChip(state) && states.Stride(state) > 0)
            {
                dram.State(state.Name, EmitContext.KindOf(state), states.Stride(state));
            }
        }
    }
}
