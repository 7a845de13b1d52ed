using Accel.Dram.Controller;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Standards;

/// <summary>Results that follow from the timings by hand.</summary>
public class ClosedFormTests
{
    public static TheoryData<string> Bins => StandardTests.Bins;

    [Theory]
    [MemberData(nameof(Bins))]
    public void Streaming_comes_within_half_a_percent_of_the_refresh_limited_peak(string bin)
    {
        foreach (var write in new[] { false, true })
        {
            var config = Scenario.Config(bin);
            var system = new DramSystem(config);
            system.Enqueue(new DmaDescriptor(0, 64L << 20, write));
            var report = system.Finish();

            // The data bus cannot do more than the peak; refresh takes off what the configuration says.
            Assert.InRange(report.AchievedBytesPerSecond / config.RefreshLimited(write), 0.995, 1.001);
            Assert.True(report.AchievedBytesPerSecond < config.PeakBytesPerSecond);
        }
    }

    [Theory]
    [MemberData(nameof(Bins))]
    public void Streaming_without_refresh_reaches_the_peak(string bin)
    {
        var config = Scenario.Config(bin, policy: new ControllerConfig { Refresh = RefreshKind.None });
        var system = new DramSystem(config);
        system.Enqueue(new DmaDescriptor(0, 64L << 20));
        Assert.InRange(system.Finish().AchievedBytesPerSecond / config.PeakBytesPerSecond, 0.995, 1);
    }

    [Theory]
    [MemberData(nameof(Bins))]
    public void Idle_read_latency_is_RCD_plus_CL_plus_burst(string bin)
    {
        var device = StandardCatalogue.Resolve(bin);
        foreach (var mode in Enum.GetValues<SimulationMode>())
        {
            var trace = new RequestTrace();
            trace.Add(new Request(7, 0, false));
            var outcome = Scenario.Run(Scenario.Config(bin), mode, trace, []);
            var expected = 7 + device.SameBankDelay(Command.Activate, Command.Read) + device.ReadLatency + device.BurstTicks;
            Assert.Equal([expected], outcome.Completions);
            Assert.Equal(expected - 7, outcome.Report.AverageReadLatency);
        }
    }

    [Theory]
    [MemberData(nameof(Bins))]
    public void Random_reads_are_bounded_by_the_four_activate_window(string bin)
    {
        var config = Scenario.Config(bin);
        var random = new Random(5);
        var trace = new RequestTrace();
        for (var i = 0; i < 20_000; i++)
        {
            trace.Add(new Request(0, random.NextInt64(config.CapacityBytes), false));
        }

        var report = Scenario.Run(config, SimulationMode.Event, trace, []).Report;
        var window = config.Device.Gaps.Single(g => g.Window == 4).Delay;
        var scopes = config.Device.PseudoChannels * (config.Device.Gaps.Single(g => g.Window == 4).Level == Level.Rank ? config.Device.Ranks : 1);
        Assert.True(report.Cycles.Value >= report.Activates / 4.0 * window / scopes * 0.99, $"{report.Cycles.Value} cycles, {report.Activates} activates");
        Assert.True(report.Activates >= 0.95 * report.Requests);
        Assert.True(report.AchievedBytesPerSecond < 0.8 * config.PeakBytesPerSecond, "random as fast as sequential");
    }

    [Theory]
    [MemberData(nameof(Bins))]
    public void Two_rows_of_one_bank_in_turn_take_a_row_cycle_each(string bin)
    {
        var config = Scenario.Config(bin, "row|rank|bank|bankgroup|column|pc|channel", policy: new ControllerConfig { Refresh = RefreshKind.None, ReadQueue = 1 });
        var device = config.Device;
        var rowBytes = (long)device.BurstsPerRow * device.AccessBytes * device.PseudoChannels * device.Banks;
        var trace = new RequestTrace();
        for (var i = 0; i < 100; i++)
        {
            trace.Add(new Request(0, i % 2 * rowBytes, false));
        }

        // Activate to activate of one bank: by way of read, precharge and activate, and no sooner than tRC.
        var rcd = device.SameBankDelay(Command.Activate, Command.Read);
        var toPrecharge = Math.Max(rcd + device.SameBankDelay(Command.Read, Command.Precharge), device.SameBankDelay(Command.Activate, Command.Precharge));

        // With one queue entry the next request comes in the cycle after the read.
        var cycle = Math.Max(Math.Max(toPrecharge, rcd + 1) + device.SameBankDelay(Command.Precharge, Command.Activate), device.SameBankDelay(Command.Activate, Command.Activate));
        var outcome = Scenario.Run(config, SimulationMode.Naive, trace, []);
        Assert.Equal(99L * cycle + rcd + device.DoneAfter(false), outcome.Completions[^1]);
        Assert.Equal(99, outcome.Report.Total[Counter.RowConflicts]);
    }

    [Fact]
    public void A_page_in_one_bank_group_streams_at_CCD_L()
    {
        // 128 bursts of one DDR4 page: RCD, 127 times tCCD_L = 8, then CL + BL.
        var trace = new RequestTrace();
        for (var i = 0; i < 128; i++)
        {
            trace.Add(new Request(0, i * 64, false));
        }

        Assert.Equal(22 + 127 * 8 + 22 + 4, Scenario.Run(Scenario.Config("DDR4-3200", "M1"), SimulationMode.Event, trace, []).Completions[^1]);
    }

    [Fact]
    public void Energy_is_the_sum_of_commands_times_their_figures()
    {
        var system = new DramSystem(Scenario.Config("DDR4-3200"));
        system.Enqueue(new DmaDescriptor(0, 1 << 20));
        system.Enqueue(new DmaDescriptor(1 << 20, 1 << 20, IsWrite: true));
        var report = system.Finish();
        var figures = report.Config.Device.Energy;

        // DDR4-3200 x8 at 1.2 V, eight devices, 0.625 ns: one read burst is (168 - 52) mA x 1.2 V x 2.5 ns x 8 = 2784 pJ.
        Assert.Equal(2784, figures.ReadPicojoules, 6);
        Assert.Equal((150 - 52) * 1.2 * 2.5 * 8, figures.WritePicojoules, 6);
        Assert.Equal(16384 * 2784e-12, report.Energy.Read, 12);
        Assert.Equal(
            report.Energy.Activate + report.Energy.Read + report.Energy.Write + report.Energy.Refresh + report.Energy.Standby, report.Energy.Total, 12);
        Assert.InRange(report.Total[Counter.ActiveRankTicks], 1, report.SimulatedCycles.Value);
    }
}
