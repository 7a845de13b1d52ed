using Accel.Core.Diagnostics;
using Accel.Hardware;

namespace Accel.Sim.Timing;

/// <summary>
/// Bytes of the scratchpad's ports that each stream may move per core cycle. Ports are shared out by fixed time slots, so a unit's pace does
/// not depend on what others do. Memory and the arrays' weights and activations get all they can use, since a burst and a wavefront cannot
/// wait; read-outs and vector units divide what is left in proportion to what they can use. Where not even the arrays' share is left, all
/// but memory divide it so. Banks are interleaved by <c>portWidth</c>, so a contiguous stream takes a slot in every bank in turn; an element
/// that does not follow its predecessor takes a whole port.
/// </summary>
/// <param name="Weights">Of one array: packed weights and mantissas.</param>
/// <param name="Activations">Of one array.</param>
/// <param name="ReadOut">Of one array: sums on their way back.</param>
/// <param name="Vector">Of one vector unit, reads and writes.</param>
/// <param name="PortBytes">Bytes of one access.</param>
public sealed record ScratchpadShares(long Weights, long Activations, long ReadOut, long Vector, long PortBytes)
{
    /// <summary>A lane reads two numbers and writes one in the time of two 32-bit accesses: few commands do more.</summary>
    private const int BytesPerLane = 8;

    /// <exception cref="InputException">The memory delivers as much as all ports together take, or more.</exception>
    public static ScratchpadShares Of(HardwareConfig hardware)
    {
        var (arrays, vectors, pad) = (hardware.MatMulArrays, hardware.VectorUnits, hardware.Scratchpad);
        var core = hardware.Clocks.Core.Value;
        var memory = (hardware.Memory.BytesPerSecond + core - 1) / core;
        var left = pad.BytesPerCycle.Value - memory;
        long[] wanted = [arrays.WeightPort.Value, arrays.Rows, 2L * arrays.Columns, (long)vectors.Lanes * BytesPerLane];
        var certain = arrays.Count * (wanted[0] + wanted[1]);
        var divisible = (arrays.Count * wanted[2]) + (vectors.Count * wanted[3]);
        var most = arrays.Count + vectors.Count;
        var isCertain = left - certain >= most;
        if (left < arrays.Count * 3L + vectors.Count)
        {
            throw new InputException(
                hardware.Name, "scratchpad.ports", $"ports for more than the {memory} bytes per cycle that memory delivers", $"{pad.BytesPerCycle.Value} bytes per cycle");
        }

        long Share(int stream)
        {
            var (part, whole) = isCertain ? (left - certain, divisible) : (left, certain + divisible);
            return part >= whole || (isCertain && stream < 2) ? wanted[stream] : Math.Max(1, (long)((Int128)wanted[stream] * part / whole));
        }

        return new(Share(0), Share(1), Share(2), Share(3), pad.PortWidth.Value);
    }
}
