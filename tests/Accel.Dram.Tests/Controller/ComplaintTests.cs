using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Controller;

/// <summary>What users of DRAM simulators complain about, each shown not to happen here.</summary>
public class ComplaintTests
{
    [Fact]
    public void HBM_streams_at_its_bandwidth_over_all_pseudo_channels()
    {
        var config = Scenario.Config("HBM3-6400", channels: 16);
        var system = new DramSystem(config, threads: 2);
        system.Enqueue(new DmaDescriptor(0, 1L << 30));
        var report = system.Finish();
        Assert.Equal(16 * 2 * 25.6e9, config.PeakBytesPerSecond);
        Assert.InRange(report.AchievedBytesPerSecond, 0.99 * config.RefreshLimitedBytesPerSecond, config.PeakBytesPerSecond);
        for (var part = 0; part < 32; part++)
        {
            Assert.Equal((1L << 30) / 32 / 32, report.CountersOf(part / 2, part % 2)[Counter.Reads]);
        }
    }

    [Fact]
    public void A_busy_pseudo_channel_does_not_hold_up_the_other()
    {
        // Pseudo-channel 0 crawls through rows of one bank; the other streams. The stream ends as if it were alone, but for the shared buses.
        long Run(bool withCrawler)
        {
            var system = new DramSystem(Scenario.Config("HBM2-2000", "pc|row|bank|column|bankgroup"), SimulationMode.Event);
            var half = system.Config.CapacityBytes / 2;
            var stream = system.Enqueue(new DmaDescriptor(half, 1 << 20));
            if (withCrawler)
            {
                var row = half / 65536;
                system.Enqueue(new DmaDescriptor(0, 32, Loops: new DmaLoop(2000, row)), port: 1);
            }

            return system.AdvanceUntil(stream).Value;
        }

        Assert.InRange(Run(withCrawler: true), Run(withCrawler: false), Run(withCrawler: false) * 1.02);
    }

    [Fact]
    public void A_busy_channel_holds_up_others_only_behind_an_in_order_front_end()
    {
        // Every fourth burst goes to channel 1, the rest to rows of one bank of channel 0.
        long Run(FrontEnd frontEnd)
        {
            var config = Scenario.Config("DDR4-3200", "channel|row|bank|column|bankgroup", channels: 2, policy: new ControllerConfig { FrontEnd = frontEnd });
            var half = config.CapacityBytes / 2;
            var trace = new RequestTrace();
            for (var i = 0; i < 4000; i++)
            {
                trace.Add(new Request(0, i % 4 == 0 ? half + i / 4 * 64 : (i - 1 - i / 4) * 131072L, false));
            }

            var outcome = Scenario.Run(config, SimulationMode.Event, trace, []);
            return outcome.Completions.Where((_, i) => i % 4 == 0).Max();
        }

        Assert.True(Run(FrontEnd.PerChannel) * 5 < Run(FrontEnd.InOrder));
    }

    [Theory]
    [InlineData("HBM2-2000")]
    [InlineData("HBM3-6400")]
    [InlineData("GDDR6-14000")]
    [InlineData("DDR5-4800")]
    [InlineData("LPDDR5-6400")]
    public void Refresh_comes_as_often_as_the_standard_asks(string bin)
    {
        foreach (var kind in new[] { RefreshKind.AllBank, RefreshKind.PerBank })
        {
            var device = StandardCatalogue.Resolve(bin);
            if (kind == RefreshKind.PerBank && !device.HasPerBankRefresh)
            {
                continue;
            }

            var system = new DramSystem(Scenario.Config(bin, policy: new ControllerConfig { Refresh = kind }));
            system.Enqueue(new DmaDescriptor(0, 16 << 20));
            var report = system.Finish();
            var interval = kind == RefreshKind.AllBank ? device.RefreshInterval : device.PerBankRefreshInterval;
            var expected = report.SimulatedCycles.Value / interval * device.Ranks * report.Parts;
            Assert.InRange(report.Refreshes, expected - 2 * device.Ranks * report.Parts, expected);
        }
    }

    [Fact]
    public void Random_is_never_faster_than_sequential()
    {
        foreach (var standard in StandardCatalogue.All)
        {
            var config = Scenario.Config(standard.BinNames[0]);
            var random = new Random(1);
            var (scattered, ordered) = (new RequestTrace(), new RequestTrace());
            for (var i = 0; i < 4000; i++)
            {
                scattered.Add(new Request(0, random.NextInt64(config.CapacityBytes), false));
                ordered.Add(new Request(0, i * (long)config.Device.AccessBytes, false));
            }

            Assert.True(
                Scenario.Run(config, SimulationMode.Event, scattered, []).Report.Cycles > Scenario.Run(config, SimulationMode.Event, ordered, []).Report.Cycles,
                standard.Name);
        }
    }

    [Theory]
    [InlineData(SimulationMode.Naive)]
    [InlineData(SimulationMode.Event)]
    [InlineData(SimulationMode.Memo)]
    [InlineData(SimulationMode.Reach)]
    public void Reads_that_wait_for_a_few_writes_end(SimulationMode mode)
    {
        // Fewer writes than start a drain, and reads of the same bursts that are sent only when the writes are done.
        var system = new DramSystem(Scenario.Config("DDR4-3200"), mode);
        var write = system.Enqueue(new DmaDescriptor(0, 3 * 64, IsWrite: true));
        var written = system.AdvanceUntil(write);
        var read = system.Enqueue(new DmaDescriptor(0, 3 * 64), written);
        Assert.True(system.AdvanceUntil(read) > written);
        AssertNothingLeft(system.Finish());
    }

    [Theory]
    [InlineData(SimulationMode.Naive)]
    [InlineData(SimulationMode.Event)]
    [InlineData(SimulationMode.Memo)]
    [InlineData(SimulationMode.Reach)]
    public void Reads_of_a_full_write_queue_end(SimulationMode mode)
    {
        // The write queue fills with one bank's rows; reads of every queued burst follow at once, then more writes.
        var config = Scenario.Config("DDR4-3200", policy: new ControllerConfig { WriteQueue = 4, DrainHigh = 4, DrainLow = 0, ReadQueue = 1 });
        var trace = new RequestTrace();
        for (var i = 0; i < 200; i++)
        {
            trace.Add(new Request(0, i / 8 * 1_048_576L + i % 4 * 131_072L, i % 8 < 4));
        }

        var outcome = Scenario.Run(config, mode, trace, []);
        Assert.DoesNotContain(-1, outcome.Completions);
        Assert.True(outcome.Report.Total[Counter.Forwarded] > 0);
        AssertNothingLeft(outcome.Report);
        Scenario.AssertLawful(config, outcome, "full write queue");
    }

    [Fact]
    public void Writes_left_below_the_mark_are_written_and_counted()
    {
        var system = new DramSystem(Scenario.Config("DDR4-3200"), SimulationMode.Event);
        system.Enqueue(new DmaDescriptor(0, 7 * 64, IsWrite: true));
        var report = system.Finish();
        Assert.Equal(7, report.Total[Command.Write]);
        AssertNothingLeft(report);
    }

    [Fact]
    public void Two_writes_to_a_burst_go_out_once_and_both_complete()
    {
        var trace = new RequestTrace();
        trace.Add(new Request(0, 64, true));
        trace.Add(new Request(0, 64, true));
        trace.Add(new Request(0, 64, false));
        var outcome = Scenario.Run(Scenario.Config("DDR4-3200"), SimulationMode.Naive, trace, []);
        Assert.Equal(1, outcome.Report.Total[Command.Write]);
        Assert.Equal((1, 1, 2L, 1L), ((int)outcome.Report.Total[Counter.Merged], (int)outcome.Report.Total[Counter.Forwarded],
            outcome.Report.Total[Counter.Writes], outcome.Report.Total[Counter.Reads]));
        Assert.Equal([22 + 16 + 4, 16 + 4, 22 + 4], outcome.Completions);
    }

    [Fact]
    public void Capped_row_hits_let_the_other_row_in()
    {
        // One request to row 1 behind row 0's, then a hundred more to row 0: with a cap of 4 it is not the last.
        long Done(int cap)
        {
            var trace = new RequestTrace();
            trace.Add(new Request(0, 0, false));
            trace.Add(new Request(0, 131072, false));
            for (var i = 1; i <= 100; i++)
            {
                trace.Add(new Request(0, i * 64, false));
            }

            return Scenario.Run(Scenario.Config("DDR4-3200", "M1", policy: new ControllerConfig { RowHitCap = cap }), SimulationMode.Event, trace, []).Completions[1];
        }

        Assert.True(Done(4) < 200, $"{Done(4)}");
        Assert.True(Done(0) > 800, $"{Done(0)}");
    }

    [Fact]
    public void Closed_pages_save_random_reads_the_precharge_and_cost_streams_nothing_they_have_queued()
    {
        var policy = new ControllerConfig { Page = PagePolicy.Closed, Refresh = RefreshKind.None };
        var trace = new RequestTrace();
        for (var i = 0; i < 50; i++)
        {
            trace.Add(new Request(i * 1000, i * 131072L, false));
        }

        var report = Scenario.Run(Scenario.Config("DDR4-3200", "M1", policy: policy), SimulationMode.Event, trace, []).Report;
        Assert.Equal((22 + 22 + 4, 50, 0), ((int)report.Total[Peak.ReadLatency], (int)report.Total[Command.ReadAutoPrecharge], (int)report.Total[Command.Precharge]));
    }

    [Fact]
    public void Postponed_refreshes_are_made_up_for_and_cost_a_stream_less()
    {
        DramSystem Run(int postponed)
        {
            var system = new DramSystem(Scenario.Config("DDR5-4800", policy: new ControllerConfig { PostponedRefreshes = postponed }));
            system.Enqueue(new DmaDescriptor(0, 64 << 20));
            system.Finish();
            return system;
        }

        var (at_once, postponed) = (Run(0).Report(), Run(8).Report());
        Assert.True(postponed.AchievedBytesPerSecond > 1.005 * at_once.AchievedBytesPerSecond);
        Assert.InRange(postponed.AchievedBytesPerSecond / postponed.Config.RefreshLimitedBytesPerSecond, 0.995, 1.01);
        Assert.InRange(postponed.Refreshes, at_once.Refreshes - 20, at_once.Refreshes);
    }

    [Theory]
    [InlineData(SimulationMode.Event)]
    [InlineData(SimulationMode.Memo)]
    [InlineData(SimulationMode.Reach)]
    public void Cycles_are_counted_beyond_32_bits_and_idle_time_costs_nothing(SimulationMode mode)
    {
        var trace = new RequestTrace();
        trace.Add(new Request(0, 0, false));
        trace.Add(new Request(1L << 58, 64, false));
        var system = new DramSystem(Scenario.Config("DDR4-3200", channels: 2), mode);
        system.Enqueue(trace);
        var report = system.Finish();
        Assert.InRange(report.Cycles.Value, 1L << 58, (1L << 58) + 1000);
        Assert.InRange(report.Refreshes, 2 * ((1L << 58) / 12480 - 1), 2 * ((1L << 58) / 12480 + 1));
    }

    [Fact]
    public void Idle_time_is_skipped_with_the_outcome_of_walking_through_it()
    {
        foreach (var kind in new[] { RefreshKind.AllBank, RefreshKind.PerBank })
        {
            var trace = new RequestTrace();
            for (var i = 0; i < 40; i++)
            {
                trace.Add(new Request(i * 12_345L * (i % 7), 0, false) with { Arrival = i * 47_111L, Address = i * 8192L });
            }

            var config = Scenario.Config("HBM3-6400", policy: new ControllerConfig { Refresh = kind });
            var naive = new DramSystem(config, SimulationMode.Naive, 1, Recording.Completions);
            var evented = new DramSystem(config, SimulationMode.Event, 1, Recording.Completions);
            naive.Enqueue(trace);
            evented.Enqueue(trace);
            var (a, b) = (naive.Finish(), evented.Finish());
            Assert.Equal(naive.RequestCompletions(0), evented.RequestCompletions(0));
            Assert.Equal(a.Total.Sums, b.Total.Sums);
        }
    }

    [Fact]
    public void Requests_and_transfers_beyond_the_capacity_are_refused_with_the_capacity()
    {
        var system = new DramSystem(Scenario.Config("DDR4-3200"));
        var trace = new RequestTrace { Name = "t.bin" };
        trace.Add(new Request(0, 8L << 30, false));
        Assert.Equal("t.bin: request 0: expected an address within the capacity of 8589934592 bytes, found 8589934592",
            Assert.Throws<InputException>(() => system.Enqueue(trace)).Message);
        Assert.Contains("8589934592", Assert.Throws<InputException>(() => system.Enqueue(new DmaDescriptor((8L << 30) - 64, 65))).Message);
        Assert.Contains("capacity", Assert.Throws<InputException>(() => system.Enqueue(new DmaDescriptor(0, 64, Loops: new DmaLoop(2, -1)))).Message);
        Assert.Contains("at most", Assert.Throws<InputException>(() => system.Enqueue(new DmaDescriptor(0, 64, Loops: [new(1L << 30, 0), new(1L << 30, 0)]))).Message);
    }

    [Fact]
    public void A_policy_that_contradicts_itself_names_every_fault()
    {
        var policy = new ControllerConfig { ReadQueue = 0, DrainHigh = 3, DrainLow = 3, Refresh = RefreshKind.PerBank };
        var faults = Assert.Throws<InputException>(() => new DramSystem(Scenario.Config("DDR4-3200", policy: policy))).Faults;
        Assert.Equal(["reads", "drain", "refresh"], faults.Select(f => f.Place));
    }

    [Fact]
    public void A_transfer_may_not_start_in_the_past()
    {
        var system = new DramSystem(Scenario.Config("DDR4-3200"));
        system.RunUntil(new Cycles(1000));
        Assert.Contains("a cycle of 1000", Assert.Throws<InputException>(() => system.Enqueue(new DmaDescriptor(0, 64), new Cycles(999))).Message);
    }

    [Fact]
    public void Ages_that_run_over_change_nothing()
    {
        // Ages are 32-bit numbers; the engine is set back to just before they run over.
        var config = Scenario.Config("DDR4-3200", "M1");
        var trace = new RequestTrace();
        var random = new Random(2);
        for (var i = 0; i < 3000; i++)
        {
            trace.Add(new Request(0, random.NextInt64(1 << 22), i % 3 == 0));
        }

        var expected = Scenario.Run(config, SimulationMode.Event, trace, []);
        var system = new DramSystem(config, SimulationMode.Event, 1, Recording.Completions);
        const System.Reflection.BindingFlags hidden = System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance;
        var classes = (List<ChannelClass>)typeof(DramSystem).GetField("_classes", hidden)!.GetValue(system)!;
        typeof(EventPseudoChannel).GetField("_sequence", hidden)!.SetValue(((EventChannel)classes[0].Channel).PseudoChannels[0], uint.MaxValue - 1500);
        system.Enqueue(trace);
        system.Finish();
        Assert.Equal(expected.Completions, system.RequestCompletions(0));
    }

    private static void AssertNothingLeft(Accel.Dram.Reports.DramReport report)
    {
        Assert.Equal(0, report.Queued);
        Assert.Equal(0, report.TransfersUnderWay);
    }
}
