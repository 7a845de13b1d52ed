using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Units;

/// <summary>Cycles of a drain: a row of the array's width per cycle, no faster than its share of the scratchpad, and the scaling behind it.</summary>
internal static class ReadOut
{
    /// <summary>Multiplier, shifts, addition, saturation.</summary>
    public const int Latency = 8;

    public static long Cycles(Drain command, ReadOnlySpan<long> registers, MatMulArrayConfig config, ScratchpadShares shares)
    {
        var lanes = command.Destination.Resolve(registers);
        var rows = lanes.RowCount * ((lanes.Columns + config.Columns - 1) / config.Columns);
        var bytes = lanes.RowCount * lanes.Columns * lanes.Type.ByteSize();
        return Math.Max(1, Math.Max(rows, (bytes + shares.ReadOut - 1) / shares.ReadOut)) + Latency;
    }
}
