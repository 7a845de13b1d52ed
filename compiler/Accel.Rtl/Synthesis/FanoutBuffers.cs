using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Accel.Rtl.Liberty;

namespace Accel.Rtl.Synthesis;

/// <summary>
/// Buffers between a signal and its many readers. The mapper buffers what its own gates drive, but not what comes from a flip-flop, an adder or a port: a bit
/// of a table's address would drive a thousand gates by itself.
/// </summary>
internal static partial class FanoutBuffers
{
    /// <summary>Inputs that one output drives at most.</summary>
    private const int MostReaders = 20;

    /// <summary>A mapped module with its buffers, and how many there are.</summary>
    /// <param name="netlist">As the mapper writes it: a connection per line.</param>
    public static (string Netlist, LibertyCell? Buffer, int Count) Add(LibertyLibrary library, string netlist)
    {
        if (Buffer(library) is not { } buffer)
        {
            return (netlist, null, 0);
        }

        var readers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (net, _, _) in Readers(library, netlist))
        {
            readers[net] = readers.GetValueOrDefault(net) + 1;
        }

        var (input, output) = (buffer.Inputs.Single().Name, buffer.Outputs.Single().Name);
        var added = new StringBuilder();
        var count = 0;

        // The names that readers get, in the order of their lines.
        var names = readers.Where(pair => pair.Value > MostReaders).ToDictionary(pair => pair.Key, pair => new Queue<string>(Tree(pair.Key, pair.Value)), StringComparer.Ordinal);
        if (names.Count == 0)
        {
            return (netlist, buffer, 0);
        }

        var text = new StringBuilder(netlist.Length + added.Length);
        var from = 0;
        foreach (var (net, index, length) in Readers(library, netlist))
        {
            if (names.TryGetValue(net, out var queue))
            {
                text.Append(netlist, from, index - from).Append(queue.Dequeue());
                from = index + length;
            }
        }

        var end = netlist.LastIndexOf("endmodule", StringComparison.Ordinal);
        return (text.Append(netlist, from, end - from).Append(added).Append(netlist, end, netlist.Length - end).ToString(), buffer, count);

        // Whole buffers under a signal: each drives as many as it may; what drives them is a tree of the same kind.
        IEnumerable<string> Tree(string net, int all)
        {
            var groups = (all + MostReaders - 1) / MostReaders;
            var above = groups > MostReaders ? Tree(net, groups).ToList() : [.. Enumerable.Repeat(net, groups)];
            var driven = new string[groups];
            for (var k = 0; k < groups; k++)
            {
                driven[k] = string.Create(CultureInfo.InvariantCulture, $"fanout_{count++}");
                added.Append(CultureInfo.InvariantCulture, $"  wire {driven[k]};\n  {buffer.Name} {driven[k]}_buffer (\n    .{input}({above[k]}),\n    .{output}({driven[k]})\n  );\n");
            }

            return Enumerable.Range(0, all).Select(reader => driven[reader / MostReaders]);
        }
    }

    /// <summary>Inputs of library cells, clocks left out: their nets and where these stand in the text.</summary>
    private static IEnumerable<(string Net, int Index, int Length)> Readers(LibertyLibrary library, string netlist)
    {
        LibertyCell? cell = null;
        foreach (Match line in LineForm().Matches(netlist))
        {
            if (line.Groups["cell"].Success)
            {
                cell = library.Cells.GetValueOrDefault(line.Groups["cell"].Value);
                continue;
            }

            var net = line.Groups["net"];
            if (cell is not null && net.Length > 0 && net.Value[0] is not ('{' or '1') && cell.Inputs.Any(pin => pin.Name == line.Groups["pin"].Value && !pin.IsClock))
            {
                yield return (net.Value, net.Index, net.Length);
            }
        }
    }

    /// <summary>The second smallest size of a buffer: the smallest drives little more than itself.</summary>
    private static LibertyCell? Buffer(LibertyLibrary library)
    {
        var sizes = library.Cells.Values
            .Where(cell => cell is { IsSetAside: false, HasStateTable: false, States.Count: 0 } && cell.Inputs.Count() == 1 && cell.Outputs.Count() == 1 && LibertyLibrary.Output(cell, (a, _, _) => a) is not null)
            .OrderBy(cell => cell.Area).ThenBy(cell => cell.Name, StringComparer.Ordinal).ToList();
        return sizes.FirstOrDefault(cell => cell.Area > sizes[0].Area) ?? sizes.FirstOrDefault();
    }

    [GeneratedRegex(@"^  (?<cell>[A-Za-z_]\w*) \S+ \($|^    \.(?<pin>\w+)\((?<net>.*)\),?$", RegexOptions.Multiline)]
    private static partial Regex LineForm();
}
