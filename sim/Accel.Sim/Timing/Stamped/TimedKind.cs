using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>What a command is to its unit.</summary>
internal enum TimedKind : byte
{
    Synchronize,
    Transfer,
    Product,
    ReadOut,
    Vector,
}

internal static class TimedKinds
{
    public static TimedKind Of(Command command) => command switch
    {
        Synchronize => TimedKind.Synchronize,
        DmaCommand => TimedKind.Transfer,
        MatMul => TimedKind.Product,
        Drain => TimedKind.ReadOut,
        _ => TimedKind.Vector,
    };
}
