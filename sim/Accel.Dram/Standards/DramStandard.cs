using Accel.Core.Diagnostics;

namespace Accel.Dram.Standards;

/// <summary>A memory standard, without its timing type: what the catalogue lists.</summary>
public abstract record DramStandard
{
    /// <summary>The family's name: <c>DDR4</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where hierarchy, gaps and bus use come from.</summary>
    public required string Source { get; init; }

    /// <summary>Beats (transfers per pin) in one burst.</summary>
    public required int BurstBeats { get; init; }

    /// <summary>Beats per tick; a tick is the unit of all timings.</summary>
    public required int BeatsPerTick { get; init; }

    /// <summary>Data pins of one pseudo-channel.</summary>
    public required int DataBits { get; init; }

    /// <summary>Pseudo-channels that share the command buses of a channel; 1 where the standard has none.</summary>
    public int PseudoChannels { get; init; } = 1;

    /// <summary>How each command occupies the command buses.</summary>
    public required IReadOnlyList<BusUse> BusUses { get; init; }

    /// <summary>Devices this standard comes in; the first is the default.</summary>
    public required IReadOnlyList<Organisation> Organisations { get; init; }

    /// <summary>Names of the speed bins, the default first.</summary>
    public abstract IReadOnlyList<string> BinNames { get; }

    /// <summary>Works out every number for one speed bin, organisation and rank count, and checks that they agree.</summary>
    /// <param name="bin">One of <see cref="BinNames"/>.</param>
    /// <param name="organisation">Name of an organisation; null for the first.</param>
    /// <param name="ranks">Ranks per pseudo-channel; null for the organisation's.</param>
    /// <exception cref="InputException">Unknown name, or numbers that contradict each other.</exception>
    public abstract DramDevice Resolve(string bin, string? organisation = null, int? ranks = null);
}

/// <summary>One speed grade of a standard.</summary>
/// <param name="Name">For example <c>DDR4-3200</c>.</param>
/// <param name="MegatransfersPerSecond">Transfers per pin and second, in millions.</param>
/// <param name="PeakMegabytesPerSecond">Peak of one pseudo-channel as the data sheet states it; must equal width times rate.</param>
/// <param name="Timings">Timings in ticks, for an organisation.</param>
/// <param name="Energy">Energy figures, from the device resolved so far.</param>
/// <param name="Source">Where the timings come from.</param>
public sealed record SpeedBin<T>(
    string Name,
    int MegatransfersPerSecond,
    double PeakMegabytesPerSecond,
    Func<Organisation, T> Timings,
    Func<DramDevice, T, EnergyFigures> Energy,
    string Source);

/// <summary>A memory standard as data: hierarchy, commands, gaps over a timing record, speed bins, organisations. It has no behaviour.</summary>
/// <typeparam name="T">The record of timings; all its members are required.</typeparam>
public sealed record DramStandard<T> : DramStandard
{
    /// <summary>All timing constraints.</summary>
    public required IReadOnlyList<Gap<T>> Gaps { get; init; }

    /// <summary>Speed bins, the default first.</summary>
    public required IReadOnlyList<SpeedBin<T>> Bins { get; init; }

    /// <summary>Ticks from the start of a read command to the first beat.</summary>
    public required Func<T, int> ReadLatency { get; init; }

    /// <summary>Ticks from the start of a write command to the first beat.</summary>
    public required Func<T, int> WriteLatency { get; init; }

    /// <summary>Ticks a burst takes on the data bus.</summary>
    public required Func<T, int> Burst { get; init; }

    /// <summary>Least distance of two column commands to different bank groups.</summary>
    public required Func<T, int> ColumnToColumn { get; init; }

    /// <summary>Average distance of all-bank refreshes of one rank.</summary>
    public required Func<T, int> RefreshInterval { get; init; }

    public override IReadOnlyList<string> BinNames => [.. Bins.Select(b => b.Name)];

    public override DramDevice Resolve(string bin, string? organisation = null, int? ranks = null)
    {
        var speed = Bins.FirstOrDefault(b => b.Name.Equals(bin, StringComparison.OrdinalIgnoreCase))
            ?? throw new InputException("standard", Name, "one of " + string.Join(", ", BinNames), bin + Suggestion.Phrase(bin, BinNames));
        var names = Organisations.Select(o => o.Name).ToList();
        var chosen = organisation is null
            ? Organisations[0]
            : Organisations.FirstOrDefault(o => o.Name.Equals(organisation, StringComparison.OrdinalIgnoreCase))
                ?? throw new InputException(
                    "organisation", Name, "one of " + string.Join(", ", names), organisation + Suggestion.Phrase(organisation, names));
        var timings = speed.Timings(chosen);
        var device = new DramDevice
        {
            Standard = Name,
            Bin = speed.Name,
            Source = speed.Source,
            Organisation = chosen,
            MegatransfersPerSecond = speed.MegatransfersPerSecond,
            StatedPeakMegabytesPerSecond = speed.PeakMegabytesPerSecond,
            BurstBeats = BurstBeats,
            BeatsPerTick = BeatsPerTick,
            DataBits = DataBits,
            PseudoChannels = PseudoChannels,
            Ranks = ranks ?? chosen.Ranks,
            BusUses = [.. BusUses.OrderBy(u => u.Command)],
            Gaps = [.. Gaps.Select(g => new ResolvedGap(
                g.Level, g.Previous, g.Next, g.Delay(timings), g.Window, g.Sibling, g.Formula.Replace("t => ", "").Replace("t.", "")))],
            ReadLatency = ReadLatency(timings),
            WriteLatency = WriteLatency(timings),
            BurstTicks = Burst(timings),
            ColumnToColumn = ColumnToColumn(timings),
            RefreshInterval = RefreshInterval(timings),
        };
        DeviceRules.Check(device);
        return device with { Energy = speed.Energy(device, timings) };
    }
}
