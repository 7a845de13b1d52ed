using Accel.Core.Diagnostics;
using Accel.Dram.Standards;

namespace Accel.Dram.Tests.Standards;

public class StandardTests
{
    public static TheoryData<string> Bins => [.. StandardCatalogue.All.SelectMany(s => s.BinNames)];

    [Theory]
    [MemberData(nameof(Bins))]
    public void Every_bin_resolves_for_every_organisation(string bin)
    {
        var standard = StandardCatalogue.All.Single(s => s.BinNames.Contains(bin));
        foreach (var organisation in standard.Organisations)
        {
            var device = StandardCatalogue.Resolve(bin, organisation.Name);
            Assert.Equal(device.DataBits * (double)device.MegatransfersPerSecond * 1e6 / 8, device.PeakBytesPerSecond);
            Assert.Equal(organisation.DensityMebibits * (1L << 20) / 8 * (device.DataBits / organisation.DeviceBits) * device.Ranks, device.PseudoChannelBytes);
            Assert.NotEmpty(device.Source);
            Assert.NotEmpty(device.Energy.Source);
            Assert.True(device.Energy.ReadPicojoules > 0 && device.Energy.WritePicojoules > 0);
            Assert.True(device.PerBankRefreshInterval > 0);
        }
    }

    [Fact]
    public void Peak_other_than_width_times_rate_does_not_load()
    {
        var wrong = Ddr4.Standard with { Bins = [Ddr4.Standard.Bins[0] with { PeakMegabytesPerSecond = 25_601 }] };
        var fault = Assert.Throws<InputException>(() => wrong.Resolve("DDR4-3200"));
        Assert.Equal("DDR4-3200: peak bandwidth: expected 64 bit x 3200 MT/s = 25600 MB/s, found 25601 MB/s", fault.Message);
    }

    [Fact]
    public void Column_distance_other_than_the_burst_does_not_load()
    {
        var wrong = Gddr6.Standard with { ColumnToColumn = _ => 3 };
        Assert.Contains("tCCD_S", Assert.Throws<InputException>(() => wrong.Resolve("GDDR6-14000")).Message);
        var shortBurst = Ddr5.Standard with { Burst = _ => 4 };
        Assert.Contains("burst length", Assert.Throws<InputException>(() => shortBurst.Resolve("DDR5-4800")).Message);
    }

    [Fact]
    public void Unknown_names_are_named_with_the_nearest_known()
    {
        Assert.Contains("did you mean 'DDR4-3200'?", Assert.Throws<InputException>(() => StandardCatalogue.Resolve("DDR4-320")).Message);
        Assert.Contains("did you mean '8Gb_x8'?", Assert.Throws<InputException>(() => StandardCatalogue.Resolve("DDR4-3200", "8Gb_x")).Message);
        Assert.Contains("a power of two", Assert.Throws<InputException>(() => StandardCatalogue.Resolve("DDR4-3200", ranks: 3)).Message);
        Assert.Contains("at most 64", Assert.Throws<InputException>(() => StandardCatalogue.Resolve("DDR5-4800", ranks: 4)).Message);
    }

    [Fact]
    public void Per_bank_refresh_takes_its_own_time_not_that_of_all_banks()
    {
        foreach (var device in StandardCatalogue.All.Select(s => s.Resolve(s.BinNames[0])).Where(d => d.HasPerBankRefresh))
        {
            var perBank = device.SameBankDelay(Command.RefreshPerBank, Command.Activate);
            var allBank = device.SameBankDelay(Command.RefreshAllBank, Command.Activate);
            Assert.InRange(perBank, allBank / 5, allBank - 1);
        }
    }

    [Fact]
    public void Every_standard_has_the_edges_that_others_forget()
    {
        foreach (var device in StandardCatalogue.All.Select(s => s.Resolve(s.BinNames[0])))
        {
            Assert.True(device.SameBankDelay(Command.RefreshAllBank, Command.Activate) > 0, device.Bin);
            Assert.True(device.SameBankDelay(Command.PrechargeAll, Command.RefreshAllBank) > 0, device.Bin);
            Assert.True(device.SameBankDelay(Command.WriteAutoPrecharge, Command.RefreshAllBank) > 0, device.Bin);
            Assert.True(device.SameBankDelay(Command.Write, Command.Read) > device.WriteLatency + device.BurstTicks, device.Bin);
            Assert.Contains(device.Gaps, g => g.Window == 4 && g.Previous.Contains(Command.Activate));
            if (device.BankGroups > 1)
            {
                Assert.Contains(device.Gaps, g => g.Level == Level.BankGroup && g.Next.Contains(Command.Read) && g.Delay > device.ColumnToColumn);
            }
        }
    }
}
