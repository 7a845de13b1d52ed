using Accel.Core.Diagnostics;
using Accel.Dram;
using Accel.Dram.Controller;
using Accel.Dram.Standards;
using Accel.Hardware;
using PagePolicy = Accel.Hardware.PagePolicy;

namespace Accel.Sim.Timing;

/// <summary>The memory that a hardware config names, as the DRAM simulator takes it.</summary>
public static class MemoryOfMachine
{
    /// <exception cref="InputException">The config contradicts the standard.</exception>
    public static DramConfig Of(HardwareConfig hardware)
    {
        var memory = hardware.Memory;
        var device = StandardCatalogue.Resolve(memory.Standard, memory.Organisation);
        var parts = (long)memory.Channels * device.PseudoChannels;
        var perRank = device.PseudoChannelBytes / device.Ranks * parts;
        Demand(hardware, device.DataBits * device.PseudoChannels == memory.ChannelBits, "memory.channelWidth",
            $"{device.DataBits * device.PseudoChannels} bit, the width of a channel of {device.Standard}", $"{memory.ChannelBits} bit");
        var ranks = memory.Capacity.Value / perRank;
        Demand(hardware, ranks >= 1 && ranks <= int.MaxValue && ranks * perRank == memory.Capacity.Value, "memory.capacity",
            $"a multiple of {perRank} bytes, one rank of {memory.Organisation} on each channel", $"{memory.Capacity}");
        Demand(hardware, hardware.Dma.Burst.Value % device.AccessBytes == 0, "dma.burst",
            $"a multiple of the {device.AccessBytes} bytes that {device.Standard} moves at once", $"{hardware.Dma.Burst}");
        var controller = memory.Controller;
        var config = new DramConfig
        {
            Device = StandardCatalogue.Resolve(memory.Standard, memory.Organisation, (int)ranks),
            Channels = memory.Channels,
            Mapping = memory.Mapping,
            Controller = new ControllerConfig
            {
                ReadQueue = controller.ReadQueue,
                WriteQueue = controller.WriteQueue,
                RowHitCap = controller.RowHitCap,
                Page = controller.Page == PagePolicy.Open ? Dram.Controller.PagePolicy.Open : Dram.Controller.PagePolicy.Closed,
                // Stores are few and short, and whoever reads what they wrote waits for them: a write is not kept until others have gathered,
                // which beside a stream of reads would be for ever.
                DrainHigh = 1,
                DrainLow = 0,
                Refresh = controller.Refresh == RefreshPolicy.AllBank ? RefreshKind.AllBank : RefreshKind.PerBank,
            },
        };
        config.Check();
        return config;
    }

    private static void Demand(HardwareConfig hardware, bool holds, string place, string expected, string found)
    {
        if (!holds)
        {
            throw new InputException(hardware.Name, place, expected, found);
        }
    }
}
