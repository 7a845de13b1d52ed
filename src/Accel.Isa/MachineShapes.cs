using Accel.Hardware;

namespace Accel.Isa;

/// <summary>What a program needs to know of a hardware config.</summary>
public static class MachineShapes
{
    /// <summary>The shape that a program for this machine carries.</summary>
    public static MachineShape Of(HardwareConfig hardware) => new(
        HardwareConfigPrinter.Fingerprint(hardware), hardware.Dma.Channels, hardware.MatMulArrays.Count, hardware.VectorUnits.Count,
        hardware.Scratchpad.Size.Value, hardware.MatMulArrays.AccumulatorWords, hardware.Sequencer.Semaphores, hardware.Memory.Capacity.Value);
}
