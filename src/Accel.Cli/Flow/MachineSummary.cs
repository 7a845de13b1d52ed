using Accel.Core.Units;
using Accel.Hardware;
using Accel.Report.Results;
using Accel.Sim.Timing;

namespace Accel.Cli.Flow;

/// <summary>A machine for the report.</summary>
internal static class MachineSummary
{
    public static HardwareResult Of(HardwareConfig machine)
    {
        var arrays = machine.MatMulArrays;
        var memory = machine.Memory;
        return new(
            machine.Name, machine.Clocks.Core.Value, new MachineFigures(machine).PeakMacsPerCycle, memory.BytesPerSecond, machine.Scratchpad.Size.Value,
            [
                new("arrays", $"{arrays.Count} of {arrays.Rows} x {arrays.Columns}, {arrays.WeightBuffers} weight buffers, {arrays.WeightPort} of weights per cycle"),
                new("vector units", $"{machine.VectorUnits.Count} of {machine.VectorUnits.Lanes} lanes"),
                new("scratchpad", $"{machine.Scratchpad.Banks} banks, {machine.Scratchpad.Ports} {(machine.Scratchpad.Ports == 1 ? "port" : "ports")} of {machine.Scratchpad.PortWidth} each"),
                new("DMA", $"{machine.Dma.Channels} channels, {machine.Dma.Outstanding} bursts of {machine.Dma.Burst} under way on each"),
                new("DRAM", $"{memory.Standard}, {memory.Channels} channels of {memory.ChannelBits} bits, {memory.Capacity}"),
                new("DRAM less refresh", Engineering.Format(MemoryOfMachine.Of(machine).RefreshLimitedBytesPerSecond, "B/s")),
                new("process", $"{machine.Process.NodeNanometres} nm ({machine.Process.Source})"),
            ]);
    }
}
