using Accel.Dram.Checking;
using Accel.Dram.Controller;
using Accel.Dram.Standards;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Checking;

/// <summary>The judge finds fault with streams that were spoilt on purpose, and with controllers that believe in shorter timings.</summary>
public class CommandCheckerTests
{
    [Theory]
    [InlineData("DDR4-3200")]
    [InlineData("DDR5-4800")]
    [InlineData("LPDDR4-3200")]
    [InlineData("LPDDR5-6400")]
    [InlineData("GDDR6-14000")]
    [InlineData("HBM2-2000")]
    [InlineData("HBM3-6400")]
    public void A_controller_that_believes_in_a_shorter_gap_is_found_out(string bin)
    {
        var found = 0;
        var truth = StandardCatalogue.Resolve(bin);
        for (var i = 0; i < truth.Gaps.Count; i++)
        {
            var shorter = truth with { Gaps = [.. truth.Gaps.Select((g, j) => j == i ? g with { Delay = Math.Max(1, g.Delay / 2) } : g)] };
            var config = new DramConfig
            {
                Device = shorter,
                Mapping = "M1",
                Controller = new ControllerConfig { Page = i % 2 == 0 ? PagePolicy.Open : PagePolicy.Closed, RowHitCap = 2 },
            };
            var outcome = Scenario.Run(config, SimulationMode.Event, Traffic(config), []);
            found += CommandChecker.Check(truth, outcome.Commands).Count > 0 ? 1 : 0;
        }

        // Some gaps are never the ones that decide (tRC is tRAS + tRP; refresh of banks is off here); half of them must be.
        Assert.True(found >= truth.Gaps.Count / 3, $"{found} of {truth.Gaps.Count}");
    }

    [Fact]
    public void Moving_any_command_forward_is_seen_at_once_or_harmless_by_the_gaps()
    {
        var config = Scenario.Config("DDR4-3200", "M1");
        var commands = Scenario.Run(config, SimulationMode.Event, Traffic(config), []).Commands;
        var seen = 0;
        for (var i = 1; i < 400; i++)
        {
            var moved = commands.Take(i).Append(commands[i] with { Cycle = commands[i - 1].Cycle + 1 }).ToList();
            if (commands[i].Cycle > commands[i - 1].Cycle + 1)
            {
                seen += CommandChecker.Check(config.Device, moved).Count > 0 ? 1 : 0;
            }
        }

        Assert.True(seen > 100, $"{seen}");
    }

    [Fact]
    public void Each_rule_has_its_own_complaint()
    {
        var device = StandardCatalogue.Resolve("DDR5-4800");
        RecordedCommand At(long cycle, Command command, int bank = 0, int row = -1) => new(cycle, command, 0, 0, 0, bank / 4, bank % 4, row, 0);
        Assert.Contains("with no row open", Only(At(0, Command.Read, row: 1)));
        Assert.Contains("with row 1 open", Only(At(0, Command.Activate, row: 1), At(100, Command.Read, row: 2)));
        Assert.Contains("activate with row 1 open", Only(At(0, Command.Activate, row: 1), At(500, Command.Activate, row: 2)));
        Assert.Contains("refresh with row 1 open", Only(At(0, Command.Activate, row: 1), At(500, Command.RefreshAllBank)));
        Assert.Contains("command bus 0 taken by ACT", Only(At(0, Command.Activate, row: 1), At(1, Command.Precharge, bank: 4)));
        Assert.Contains("out of order", Only(At(9, Command.PrechargeAll), At(0, Command.Activate, bank: 4, row: 1)));
        Assert.Contains("RCD", Only(At(0, Command.Activate, row: 1), At(35, Command.Read, row: 1)));

        var late = new CommandChecker(device, mostPostponed: 0);
        Assert.Contains("not refreshed", late.Accept(At(2 * device.RefreshInterval + 1, Command.Activate, row: 1)).Single().Rule);

        // Without gaps the data bus still cannot carry two bursts at once.
        Assert.Contains("while the bus carries data", Spoken(device with { Gaps = [] }, At(0, Command.Activate, row: 1), At(9, Command.Read, row: 1), At(16, Command.Read, row: 1)));

        string Only(params RecordedCommand[] commands) => Spoken(device, commands);
    }

    private static string Spoken(DramDevice device, params RecordedCommand[] commands) => string.Join('\n', CommandChecker.Check(device, commands));

    private static RequestTrace Traffic(DramConfig config)
    {
        var random = new Random(11);
        var trace = new RequestTrace();
        for (var i = 0; i < 3000; i++)
        {
            var place = random.Next(3) == 0 ? random.NextInt64(1L << 26) : i * (long)config.Device.AccessBytes;
            trace.Add(new Request(i < 1500 ? 0 : i * 6L, place, random.Next(3) == 0));
        }

        return trace;
    }
}
