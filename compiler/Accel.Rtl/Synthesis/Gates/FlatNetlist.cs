using System.Text.Json;
using Accel.Core.Diagnostics;
using Accel.Rtl.Liberty;
using Accel.Rtl.Tools;

namespace Accel.Rtl.Synthesis.Gates;

/// <summary>A cell of a netlist and the nets of its pins.</summary>
internal sealed record GateInstance(string Name, LibertyCell Cell, IReadOnlyDictionary<string, int> Pins);

/// <summary>A mapped design without hierarchy: cells of a library and the nets between them.</summary>
/// <param name="Nets">Nets; number 0 is constant 0, number 1 constant 1.</param>
/// <param name="Ports">Nets of a port's bits, the lowest first.</param>
internal sealed record FlatNetlist(int Nets, IReadOnlyList<GateInstance> Gates, IReadOnlyDictionary<string, int[]> Ports)
{
    public const int Zero = 0;

    public const int One = 1;

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(10);

    /// <summary>Lets Yosys join the modules of a mapped design.</summary>
    /// <param name="folder">Where the files lie; it gets <c>flat.json</c>.</param>
    /// <param name="liberty">The library, from there.</param>
    /// <param name="netlists">Mapped modules, from there.</param>
    /// <exception cref="ToolFailedException">They do not fit together.</exception>
    public static FlatNetlist Of(LibertyLibrary library, string folder, string liberty, IEnumerable<string> netlists, string top)
    {
        File.WriteAllText(Path.Combine(folder, "flat.ys"), $"read_liberty -lib -ignore_miss_func {liberty}\nread_verilog {string.Join(' ', netlists)}\nhierarchy -check -top {top}\nflatten\nopt_clean\nwrite_json flat.json\n");
        ToolProcess.Check(ExternalTool.Yosys, ["-q", "flat.ys"], folder, _limit);
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "flat.json")));
        return Read(library, json.RootElement.GetProperty("modules").GetProperty(top));
    }

    private static FlatNetlist Read(LibertyLibrary library, JsonElement module)
    {
        var numbers = new Dictionary<int, int>();
        var ports = module.GetProperty("ports").EnumerateObject().ToDictionary(port => port.Name, port => port.Value.GetProperty("bits").EnumerateArray().Select(Net).ToArray(), StringComparer.Ordinal);
        var gates = new List<GateInstance>();
        foreach (var cell in module.GetProperty("cells").EnumerateObject())
        {
            var type = cell.Value.GetProperty("type").GetString()!;
            var known = library.Cells.GetValueOrDefault(type) ?? throw new InputException(library.File, type, "a cell of the library", "none of this name");
            gates.Add(new(cell.Name, known, cell.Value.GetProperty("connections").EnumerateObject().Where(pin => pin.Value.GetArrayLength() == 1).ToDictionary(pin => pin.Name, pin => Net(pin.Value[0]), StringComparer.Ordinal)));
        }

        return new(2 + numbers.Count, gates, ports);

        // A bit that nobody drives is 0 here; mapping leaves none that matters.
        int Net(JsonElement bit)
        {
            if (bit.ValueKind == JsonValueKind.String)
            {
                return bit.GetString() == "1" ? One : Zero;
            }

            var number = bit.GetInt32();
            if (!numbers.TryGetValue(number, out var net))
            {
                numbers.Add(number, net = 2 + numbers.Count);
            }

            return net;
        }
    }
}
