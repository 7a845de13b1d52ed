using System.Numerics;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>
/// The registers that decide how much a command does, and so how long it takes: those in counts of planes, rows and columns. Those in
/// addresses decide where.
/// </summary>
internal static class SizeRegisters
{
    /// <summary>No register: the same at every issue.</summary>
    public const int None = -1;

    /// <summary>More than one.</summary>
    public const int Several = -2;

    /// <summary>The one register, <see cref="None"/> or <see cref="Several"/>.</summary>
    public static int Of(Command command)
    {
        var set = command switch
        {
            Synchronize => 0u,
            Load c => Set(c.Box),
            Store c => Set(c.Box),
            Gather c => Set(c.Indices),
            MatMul c => Set(c.Activations) | Set(c.Outputs),
            Drain c => Set(c.Destination),
            Elementwise c => Set(c.Destination) | Set(c.Left) | Set(c.Right) | Set(c.Addend) | Set(c.ShiftBy),
            Apply c => Set(c.Source) | Set(c.Destination),
            Lookup c => Set(c.Source) | Set(c.Destination),
            Mask c => Set(c.Target),
            Dequantize c => Set(c.Destination),
            Rotate c => Set(c.Source) | Set(c.Destination) | Set(c.Cosines) | Set(c.Sines),
            Reduce c => Set(c.Source) | Set(c.Destination),
            QuantizeRows c => Set(c.Source) | Set(c.Codes) | Set(c.Scale) | Set(c.Norm?.Weight),
            NormalizeRows c => Set(c.Source) | Set(c.Destination) | Set(c.Norm.Weight),
            _ => uint.MaxValue,
        };
        return set == 0 ? None : BitOperations.IsPow2(set) ? BitOperations.Log2(set) : Several;
    }

    private static uint Set(Operand operand) => Set(operand.View);

    private static uint Set(Box box) => Set(box.Planes) | Set(box.Rows) | Set(box.RowBytes);

    private static uint Set(View? view) => view is null ? 0 : Set(view.Planes) | Set(view.Rows) | Set(view.Columns);

    private static uint Set(Expression count)
    {
        var set = 0u;
        for (var i = 0; i < count.TermCount; i++)
        {
            set |= 1u << count[i].Register.Index;
        }

        return set;
    }
}
