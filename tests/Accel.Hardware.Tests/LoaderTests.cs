using Accel.Core.Diagnostics;
using Accel.Hardware;

namespace Accel.Hardware.Tests;

public sealed class LoaderTests
{
    [Theory]
    [InlineData("edge", 1, 32, 51_200_000_000)]
    [InlineData("mid", 4, 128, 1_024_000_000_000)]
    [InlineData("big", 8, 256, 6_553_600_000_000)]
    public void Shipped_configs_load(string name, int arrays, int rows, long bandwidth)
    {
        var config = HardwareConfigLoader.Load(Path.Combine(Configs.Folder, name + ".yaml"));

        Assert.Equal((name, arrays, rows, rows), (config.Name, config.MatMulArrays.Count, config.MatMulArrays.Rows, config.MatMulArrays.Columns));
        Assert.Equal(bandwidth, config.Memory.BytesPerSecond);
    }

    [Fact]
    public void Values_come_with_their_units()
    {
        var edge = Configs.Load("edge");

        Assert.Equal(1_000_000_000, edge.Clocks.Core.Value);
        Assert.Equal((5, 4), edge.Clocks.Ratio);
        Assert.Equal(1 << 20, edge.Scratchpad.Size.Value);
        Assert.Equal(16 * 32, edge.Scratchpad.BytesPerCycle.Value);
        Assert.Equal(16, edge.Memory.ChannelBits);
        Assert.Equal(6_400_000_000, edge.Memory.TransfersPerSecond);
        Assert.Equal("LPDDR5", edge.Memory.Family);
        Assert.Equal(256 * 1024 / 8, edge.MatMulArrays.AccumulatorWords);
        Assert.Equal(1750, edge.Energy.ScratchpadByte.Femtojoules);
        Assert.Equal([ArrayDataflow.WeightStationary, ArrayDataflow.OutputStationary], edge.MatMulArrays.Dataflows);
    }

    [Theory]
    [InlineData("edge")]
    [InlineData("mid")]
    [InlineData("big")]
    public void Printed_config_reads_back_equal(string name)
    {
        var config = Configs.Load(name);

        Assert.Equal(config, HardwareConfigLoader.Parse("printed.yaml", HardwareConfigPrinter.Print(config)));
    }

    [Fact]
    public void Fingerprint_depends_on_the_machine_alone()
    {
        var edge = Configs.Load("edge");
        var same = edge with
        {
            Name = "other", Process = new(3, "elsewhere"), Energy = edge.Energy with { MemoryBit = new(1, "elsewhere") },
        };
        HardwareConfig[] others =
        [
            edge with { MatMulArrays = edge.MatMulArrays with { Rows = 16 } },
            edge with { VectorUnits = edge.VectorUnits with { Lanes = 31 } },
            edge with { Scratchpad = edge.Scratchpad with { Ports = 2 } },
            edge with { Dma = edge.Dma with { DescriptorCost = new(17) } },
            edge with { Sequencer = edge.Sequencer with { QueueDepth = 17 } },
            edge with { Clocks = edge.Clocks with { Core = new(1_000_000_001) } },
            edge with { Memory = edge.Memory with { Controller = edge.Memory.Controller with { RowHitCap = 1 } } },
            edge with { Memory = edge.Memory with { Controller = edge.Memory.Controller with { RefreshBetweenRuns = true } } },
        ];

        Assert.Equal(HardwareConfigPrinter.Fingerprint(edge), HardwareConfigPrinter.Fingerprint(same));
        Assert.Equal(others.Length + 1, others.Append(edge).Select(HardwareConfigPrinter.Fingerprint).Distinct().Count());
    }

    [Fact]
    public void All_faults_are_named_at_once_with_line_and_column()
    {
        var text = Configs.Text("edge")
            .Replace("columns: 32", "colums: 32")
            .Replace("lanes: 32", "lanes: many")
            .Replace("size: 1 MiB", "size: 1 MB")
            .Replace("portWidth: 32 B", "portWidth: 32 B\n  portWidth: 32 B")
            .Replace("page: open", "page: opne")
            .Replace("  queueDepth: 16\n", "");

        var fault = Assert.Throws<InputException>(() => HardwareConfigLoader.Parse("edge.yaml", text));

        Assert.Equal(
            """
            edge.yaml:8:3: matmulArrays.columns: expected this field, found nothing
            edge.yaml:10:3: matmulArrays.colums: expected a field of matmulArrays; did you mean 'columns'?, found 'colums'
            edge.yaml:19:10: vectorUnits.lanes: expected a whole number from 1 to 65536, found 'many'
            edge.yaml:21:9: scratchpad.size: expected a size with its unit (B, KiB, MiB, GiB, TiB), such as '2 MiB', found '1 MB'
            edge.yaml:25:3: scratchpad.portWidth: expected each field once, found it again
            edge.yaml:32:3: sequencer.queueDepth: expected this field, found nothing
            edge.yaml:42:11: memory.controller.page: expected one of open, closed; did you mean 'open'?, found 'opne'
            """.ReplaceLineEndings("\n"),
            fault.Message);
    }

    [Theory]
    [InlineData("bandwidth: 51.2 GB/s", "bandwidth: 60 GB/s", "edge.yaml:39:14: memory.bandwidth: expected 51.2 GB/s = 4 channels of 16 bit at 6400 MT/s, found 60 GB/s")]
    [InlineData("size: 1 MiB", "size: 2 KiB", "edge.yaml:21:9: scratchpad.size: expected at least 4608 B, two tiles of a 32x32 array, found 2 KiB")]
    [InlineData("banks: 16", "banks: 12", "edge.yaml:22:10: scratchpad.banks: expected a power of two, found 12")]
    [InlineData("burst: 64 B", "burst: 65 B", "edge.yaml:29:10: dma.burst: expected a power of two, found 65")]
    [InlineData("channels: 4", "channels: 3", "edge.yaml:36:13: memory.channels: expected a power of two, found 3")]
    [InlineData("accumulators: 256 KiB", "accumulators: 256 B", "edge.yaml:16:17: matmulArrays.accumulators: expected at least 512 B, two rows of sums, found 256 B")]
    [InlineData("memory: 800 MHz", "memory: 900 MHz", "edge.yaml:6:11: clocks.memory: expected a clock that divides the 6400 MT/s of LPDDR5-6400, found 900 MHz")]
    [InlineData("capacity: 8 GiB", "capacity: 6 GiB", "edge.yaml:38:13: memory.capacity: expected a power of two for each of 4 channels, found 6 GiB")]
    public void Contradictions_are_refused(string old, string changed, string message)
    {
        var text = Configs.Text("edge");
        Assert.Contains(old, text);

        var fault = Assert.Throws<InputException>(() => HardwareConfigLoader.Parse("edge.yaml", text.Replace(old, changed)));

        Assert.Contains(message, fault.Message.Split('\n'));
    }

    [Fact]
    public void Stated_bandwidth_may_be_rounded()
    {
        var text = Configs.Text("edge").Replace("bandwidth: 51.2 GB/s", "bandwidth: 51 GB/s");

        Assert.Equal(51_000_000_000, HardwareConfigLoader.Parse("edge.yaml", text).Memory.BytesPerSecond);
    }

    [Fact]
    public void Every_field_is_required_and_every_misspelling_is_noticed()
    {
        var lines = Configs.Text("edge").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var key = lines[i].TrimStart().Split(':')[0];
            if (lines[i].Length == 0 || lines[i][0] == '#')
            {
                continue;
            }

            var misspelt = string.Join('\n', lines[..i].Append(lines[i].Replace(key + ":", key + "x:")).Concat(lines[(i + 1)..]));
            var fault = Assert.Throws<InputException>(() => HardwareConfigLoader.Parse("edge.yaml", misspelt));

            Assert.Contains(fault.Faults, each => each.Expected == "this field" && each.Place.EndsWith(key, StringComparison.Ordinal));
            Assert.Contains(fault.Faults, each => each.Expected.EndsWith($"did you mean '{key}'?", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("\n    refreshBetweenRuns: false", false)]
    [InlineData("\n    refreshBetweenRuns: true", true)]
    public void Refresh_between_runs_is_off_where_it_is_not_asked_for(string line, bool expected)
    {
        var config = HardwareConfigLoader.Parse("edge.yaml", Configs.Text("edge").Replace("rowHitCap: 16", "rowHitCap: 16" + line));

        Assert.Equal(expected, config.Memory.Controller.RefreshBetweenRuns);
        Assert.Equal(expected, HardwareConfigLoader.Parse("printed.yaml", HardwareConfigPrinter.Print(config)).Memory.Controller.RefreshBetweenRuns);
    }

    [Theory]
    [InlineData("refreshBetweenRuns: yes", "edge.yaml:47:25: memory.controller.refreshBetweenRuns: expected one of true, false, found 'yes'")]
    [InlineData("refreshBetweenRuns: 1", "edge.yaml:47:25: memory.controller.refreshBetweenRuns: expected one of true, false, found '1'")]
    [InlineData("refreshBetweenRuns:", "edge.yaml:47:24: memory.controller.refreshBetweenRuns: expected one of true, false, found nothing")]
    [InlineData("refreshBetweenRuns: tru", "edge.yaml:47:25: memory.controller.refreshBetweenRuns: expected one of true, false; did you mean 'true'?, found 'tru'")]
    [InlineData("refreshBetweenRuns: [true]", "edge.yaml:47:25: memory.controller.refreshBetweenRuns: expected one of true, false, found a list")]
    [InlineData("refreshBetweenRun: true", "edge.yaml:47:5: memory.controller.refreshBetweenRun: expected a field of memory.controller; did you mean 'refreshBetweenRuns'?, found 'refreshBetweenRun'")]
    public void Refresh_between_runs_is_true_or_false_and_nothing_else(string line, string message)
    {
        var text = Configs.Text("edge").Replace("rowHitCap: 16", "rowHitCap: 16\n    " + line);

        var fault = Assert.Throws<InputException>(() => HardwareConfigLoader.Parse("edge.yaml", text));

        Assert.Equal(message, fault.Message);
    }

    [Fact]
    public void Missing_file_is_the_users_fault()
    {
        var fault = Assert.Throws<InputException>(() => HardwareConfigLoader.Load("no/such.yaml"));

        Assert.Equal("no/such.yaml: expected a readable file, found none", fault.Message);
    }
}
