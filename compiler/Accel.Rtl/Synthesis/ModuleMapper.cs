using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Accel.Rtl.Tools;

namespace Accel.Rtl.Synthesis;

/// <summary>Maps one module with Yosys in a folder of its own; what was mapped before from the same text is taken from there.</summary>
/// <param name="library">Whose files lie in <c>shared</c> under the folder.</param>
/// <param name="folder">For all modules.</param>
internal sealed partial class ModuleMapper(MappingLibrary library, string folder)
{
    public const string SharedName = "shared";

    private readonly string _state = Fingerprint(string.Concat(Directory.GetFiles(Path.Combine(folder, SharedName)).Order(StringComparer.Ordinal).Select(File.ReadAllText)));

    /// <summary>The netlist of a module that was mapped.</summary>
    public string NetlistOf(string module) => NetlistOf(folder, module);

    /// <inheritdoc cref="NetlistOf(string)"/>
    public static string NetlistOf(string folder, string module) => Path.Combine(folder, module, $"{module}.mapped.v");

    /// <param name="kind">What the script may take for granted.</param>
    /// <param name="text">The module, and the ports of those in it.</param>
    /// <exception cref="ToolFailedException">It failed or took too long.</exception>
    public (IReadOnlyDictionary<string, long> Cells, double DelayPicoseconds, double Seconds) Map(string module, MappingKind kind, string text, TimeSpan limit)
    {
        var place = Path.Combine(folder, module);
        Directory.CreateDirectory(place);
        var script = MappingScript.Of(library, module, kind, "in.v", $"../{SharedName}", $"{module}.mapped.v");
        var key = Fingerprint($"{_state}\n{script}\n{text}");
        var (keyFile, statFile, logFile) = (Path.Combine(place, "key"), NetlistOf(module) + ".stat", Path.Combine(place, "log"));
        var seconds = 0.0;
        if (!File.Exists(keyFile) || File.ReadAllText(keyFile) != key)
        {
            File.Delete(keyFile);
            File.WriteAllText(Path.Combine(place, "in.v"), text);
            File.WriteAllText(Path.Combine(place, "map.ys"), script);
            seconds = ToolProcess.Check(ExternalTool.Yosys, ["-q", "-l", "log", "map.ys"], place, limit).Elapsed.TotalSeconds;
            var (netlist, buffer, count) = FanoutBuffers.Add(library.Liberty, File.ReadAllText(NetlistOf(module)));
            if (count > 0)
            {
                File.WriteAllText(NetlistOf(module), netlist);
                File.AppendAllText(statFile, string.Create(CultureInfo.InvariantCulture, $"     {buffer!.Name} {count}\n"));
            }

            File.WriteAllText(keyFile, key);
        }

        var delays = DelayLine().Matches(File.ReadAllText(logFile));
        var delay = delays.Count > 0 ? double.Parse(delays[^1].Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        return (Cells(module, File.ReadAllText(statFile)), delay, seconds);
    }

    /// <summary>What <c>stat</c> counts; cells that are none of the library's are modules of the design.</summary>
    private Dictionary<string, long> Cells(string module, string statistics)
    {
        var cells = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (Match line in CellLine().Matches(statistics))
        {
            var name = line.Groups[1].Value;
            if (name.StartsWith('$'))
            {
                throw new ToolFailedException(ExternalTool.Yosys.Name, $"'{module}': no cell of the library does what {name} does", "");
            }

            if (library.Liberty.Cells.ContainsKey(name))
            {
                cells[name] = cells.GetValueOrDefault(name) + long.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture);
            }
        }

        return cells;
    }

    private static string Fingerprint(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(@"^     (\S+) +(\d+)$", RegexOptions.Multiline)]
    private static partial Regex CellLine();

    [GeneratedRegex(@"Delay = +([0-9.]+) ps")]
    private static partial Regex DelayLine();
}
