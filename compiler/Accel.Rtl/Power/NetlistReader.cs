using System.Globalization;
using System.Text.RegularExpressions;
using Accel.Core.Diagnostics;
using Accel.Rtl.Liberty;

namespace Accel.Rtl.Power;

/// <summary>A cell of a mapped module and the nets at its pins, by pin.</summary>
internal sealed record NetlistCell(LibertyCell Cell, IReadOnlyList<(string Pin, int Net)> Pins);

/// <summary>The library's cells of one mapped module, and the nets that they share; modules inside it are left out.</summary>
/// <param name="Nets">Number of nets.</param>
/// <param name="Names">Nets by each of their names, <c>bus[3]</c> for a bit of a bus.</param>
internal sealed record ModuleNetlist(int Nets, IReadOnlyList<NetlistCell> Cells, IReadOnlyDictionary<string, int> Names);

/// <summary>Reads a module as the mapper writes it: one cell after another, pins by name, every net a bit.</summary>
internal static partial class NetlistReader
{
    /// <exception cref="InputException">A cell with a pin that the library does not have.</exception>
    public static ModuleNetlist Read(string file, string text, LibertyLibrary library)
    {
        var nets = new Dictionary<string, int>(StringComparer.Ordinal);
        var joined = new List<int>();
        foreach (Match alias in AliasForm().Matches(text))
        {
            var (a, b) = (Root(Net(alias.Groups[1].Value)), Root(Net(alias.Groups[2].Value)));
            joined[a] = b;
        }

        var cells = new List<NetlistCell>();
        foreach (Match use in CellForm().Matches(text))
        {
            if (!library.Cells.TryGetValue(use.Groups[1].Value, out var cell))
            {
                continue;
            }

            var pins = new List<(string, int)>();
            foreach (Match pin in PinForm().Matches(use.Groups[2].Value))
            {
                var name = pin.Groups[1].Value;
                if (cell.Pins.All(known => known.Name != name))
                {
                    throw new InputException(file, cell.Name, "pins of the library's cell", $"'{name}'");
                }

                if (pin.Groups[2].Value is { Length: > 0 } net && !net.Contains('\'', StringComparison.Ordinal))
                {
                    pins.Add((name, Root(Net(net))));
                }
            }

            cells.Add(new(cell, pins));
        }

        return new(joined.Count, cells, nets.ToDictionary(pair => pair.Key, pair => Root(pair.Value), StringComparer.Ordinal));

        int Net(string name)
        {
            var plain = Space().Replace(name, "");
            if (!nets.TryGetValue(plain, out var number))
            {
                nets.Add(plain, number = joined.Count);
                joined.Add(number);
            }

            return number;
        }

        int Root(int net)
        {
            while (joined[net] != net)
            {
                net = joined[net] = joined[joined[net]];
            }

            return net;
        }
    }

    [GeneratedRegex(@"^\s*assign\s+([^=;]+?)\s*=\s*([^;'{]+?)\s*;", RegexOptions.Multiline)]
    private static partial Regex AliasForm();

    [GeneratedRegex(@"^\s*([A-Za-z_][A-Za-z0-9_$]*)\s+(?:\\\S+\s|[A-Za-z_][A-Za-z0-9_$]*)\s*\(((?:\s*\.[^;]*)?)\);", RegexOptions.Multiline)]
    private static partial Regex CellForm();

    [GeneratedRegex(@"\.([A-Za-z_][A-Za-z0-9_]*)\s*\(([^()]*)\)")]
    private static partial Regex PinForm();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
