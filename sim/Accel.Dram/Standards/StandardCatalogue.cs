using Accel.Core.Diagnostics;

namespace Accel.Dram.Standards;

/// <summary>All standards, one line each.</summary>
public static class StandardCatalogue
{
    public static IReadOnlyList<DramStandard> All { get; } =
    [
        Ddr4.Standard,
        Ddr5.Standard,
        Lpddr4.Standard,
        Lpddr5.Standard,
        Gddr6.Standard,
        Hbm2.Standard,
        Hbm3.Standard,
    ];

    /// <summary>The device of a speed bin, by a name such as <c>DDR4-3200</c>; a family's name alone means its first bin.</summary>
    /// <exception cref="InputException">No such standard or organisation.</exception>
    public static DramDevice Resolve(string name, string? organisation = null, int? ranks = null)
    {
        foreach (var standard in All)
        {
            if (standard.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return standard.Resolve(standard.BinNames[0], organisation, ranks);
            }

            if (standard.BinNames.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                return standard.Resolve(name, organisation, ranks);
            }
        }

        var known = All.SelectMany(s => s.BinNames).ToList();
        throw new InputException("standard", "", "one of " + string.Join(", ", known), name + Suggestion.Phrase(name, known));
    }
}
