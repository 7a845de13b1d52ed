using System.Text;
using System.Text.RegularExpressions;
using Accel.Core.Diagnostics;

namespace Accel.Rtl.Synthesis;

/// <summary>A module of a design with how often the whole of it holds it.</summary>
/// <param name="Module">The first of its kind; children are named by the first of theirs.</param>
/// <param name="Names">All modules of the design that are the same but for their name.</param>
/// <param name="Count">Instances in the design.</param>
internal sealed record DesignModule(VerilogModule Module, IReadOnlyList<string> Names, long Count)
{
    public string Name => Module.Name;

    /// <summary>A memory that a foundry's macro takes the place of.</summary>
    public bool IsMacro => Module.MemoryBits > 0;
}

/// <summary>The modules under a top: equal ones once, children before what holds them.</summary>
internal sealed partial class DesignHierarchy
{
    private const int Deepest = 64;

    private readonly Dictionary<string, VerilogModule> _defined;

    private DesignHierarchy(string top, IReadOnlyList<DesignModule> modules, Dictionary<string, VerilogModule> defined)
    {
        (Top, Modules, _defined) = (top, modules, defined);
        ByName = modules.ToDictionary(module => module.Name, StringComparer.Ordinal);
    }

    public string Top { get; }

    public IReadOnlyList<DesignModule> Modules { get; }

    public IReadOnlyDictionary<string, DesignModule> ByName { get; }

    /// <param name="place">As errors name it.</param>
    /// <param name="sources">Files by name, and their text.</param>
    /// <param name="top">The module that holds all others.</param>
    /// <param name="leaves">Modules that a library's cells take the place of: they are no part of the hierarchy.</param>
    /// <exception cref="InputException">A module that is missing, defined twice, or holds itself.</exception>
    public static DesignHierarchy Of(string place, IEnumerable<KeyValuePair<string, string>> sources, string top, IReadOnlySet<string> leaves)
    {
        var defined = new Dictionary<string, VerilogModule>(StringComparer.Ordinal);
        foreach (var (file, text) in sources)
        {
            foreach (var module in VerilogScanner.Parse(file, text))
            {
                if (!defined.TryAdd(module.Name, module))
                {
                    throw new InputException(file, module.Name, "each module once", "a second one of this name");
                }
            }
        }

        if (!defined.ContainsKey(top))
        {
            throw new InputException(place, "", $"module '{top}'", defined.Count == 0 ? "no modules" : $"others: {string.Join(", ", defined.Keys.Take(8))}{(defined.Count > 8 ? ", ..." : "")}");
        }

        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        var same = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var order = new List<VerilogModule>();
        Visit(top, 0);
        return new(first[top], Counted(order, same, first[top]), defined);

        // By the name of the first module that is the same.
        string Visit(string name, int depth)
        {
            if (first.TryGetValue(name, out var known))
            {
                return known.Length > 0 ? known : throw new InputException(place, name, "a module that does not hold itself", "one that does");
            }

            if (!defined.TryGetValue(name, out var module) || depth > Deepest)
            {
                throw new InputException(place, name, depth > Deepest ? $"at most {Deepest} modules in one another" : "a module of the design", depth > Deepest ? "more" : "none of this name");
            }

            first[name] = "";
            var children = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var use in module.Instances.Where(use => !leaves.Contains(use.Module)))
            {
                if (!defined.TryGetValue(use.Module, out var child) || !child.IsInline)
                {
                    children[use.Module] = Visit(use.Module, depth + 1);
                }
                else if (child.Instances.FirstOrDefault(inner => !leaves.Contains(inner.Module)).Module is { } inner)
                {
                    throw new InputException(place, use.Module, "a module of cells alone, as it is to be inlined", $"'{inner}' in it");
                }
            }

            var renamed = children.Count == 0 ? module : module with
            {
                Text = InstanceName().Replace(module.Text, match => children.TryGetValue(match.Groups[1].Value, out var child) ? string.Concat(child, match.Value.AsSpan(match.Groups[1].Length)) : match.Value, -1, module.Header.Length),
                Instances = [.. module.Instances.GroupBy(use => children.GetValueOrDefault(use.Module, use.Module)).Select(group => new ModuleUse(group.Key, group.Sum(use => use.Count)))],
            };
            var signature = Signature(renamed);
            if (same.TryGetValue(signature, out var names))
            {
                names.Add(name);
            }
            else
            {
                same.Add(signature, [name]);
                order.Add(renamed);
            }

            return first[name] = same[signature][0];
        }
    }

    /// <summary>Ports of the modules that one holds, what is inlined, and the module: what a tool must read to make that one.</summary>
    public string TextOf(DesignModule module)
    {
        var text = new StringBuilder();
        var inlined = module.Module.Instances.Select(use => _defined[use.Module]).Where(child => child.IsInline).ToList();
        foreach (var name in module.Module.Instances.Concat(inlined.SelectMany(child => child.Instances)).Select(use => use.Module).Distinct().Where(name => !_defined[name].IsInline))
        {
            text.Append("(* blackbox *)\n").Append(_defined[name].Header).Append("\nendmodule\n");
        }

        foreach (var child in inlined)
        {
            text.Append(child.Text).Append('\n');
        }

        return text.Append(module.Module.Text).Append('\n').ToString();
    }

    private static List<DesignModule> Counted(List<VerilogModule> order, Dictionary<string, List<string>> same, string top)
    {
        var counts = order.ToDictionary(module => module.Name, _ => 0L, StringComparer.Ordinal);
        counts[top] = 1;
        for (var i = order.Count - 1; i >= 0; i--)
        {
            foreach (var use in order[i].Instances.Where(use => counts.ContainsKey(use.Module)))
            {
                counts[use.Module] = checked(counts[use.Module] + (counts[order[i].Name] * use.Count));
            }
        }

        var names = same.Values.ToDictionary(list => list[0], StringComparer.Ordinal);
        return [.. order.Select(module => new DesignModule(module, names[module.Name], counts[module.Name]))];
    }

    private static string Signature(VerilogModule module) => Space().Replace(string.Concat("module", module.Text.AsSpan(module.Text.IndexOf('('))), " ");

    [GeneratedRegex(@"(?<=[;)\s])([A-Za-z_][A-Za-z0-9_]*)\s+[A-Za-z_][A-Za-z0-9_]*\s*\(\s*\.")]
    private static partial Regex InstanceName();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
