using System.Text.RegularExpressions;
using Accel.Rtl.Synthesis;

namespace Accel.Rtl.Power;

/// <summary>How often the signals of a module's text change, over all its instances in a run.</summary>
/// <param name="Cycles">Of the clock, once per instance.</param>
/// <param name="RegisterBits">Bits of registers, once per instance.</param>
/// <param name="RegisterToggles">Their changes.</param>
/// <param name="Bits">Bits of all other signals but clock and reset.</param>
/// <param name="Toggles">Their changes.</param>
/// <param name="AddressToggles">Of them those of the port <c>address</c>.</param>
public sealed record ModuleActivity(long Cycles, long RegisterBits, long RegisterToggles, long Bits, long Toggles, long AddressToggles = 0)
{
    public static ModuleActivity None { get; } = new(0, 0, 0, 0, 0);

    public static ModuleActivity operator +(ModuleActivity a, ModuleActivity b) =>
        new(a.Cycles + b.Cycles, a.RegisterBits + b.RegisterBits, a.RegisterToggles + b.RegisterToggles, a.Bits + b.Bits, a.Toggles + b.Toggles, a.AddressToggles + b.AddressToggles);

    /// <summary>Mean changes of a register's bit.</summary>
    public double PerRegisterBit => RegisterBits == 0 ? 0 : (double)RegisterToggles / RegisterBits;

    /// <summary>Mean changes of another signal's bit; of a register's where there are no others.</summary>
    public double PerBit => Bits == 0 ? PerRegisterBit : (double)Toggles / Bits;
}

/// <summary>Finds the modules of a design in the scopes of a run.</summary>
internal static partial class ActivityByModule
{
    /// <param name="design">Modules of the run's text by name.</param>
    /// <param name="top">The scope that is the whole design.</param>
    /// <returns>By module of the design, and the cycles of the run.</returns>
    public static (IReadOnlyDictionary<string, ModuleActivity> Modules, long Cycles) Of(IReadOnlyDictionary<string, VerilogModule> design, string top, IReadOnlyList<VcdSignal> signals)
    {
        var scopes = new Dictionary<string, string?>(StringComparer.Ordinal);
        var registers = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var instances = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        var cycles = signals.Where(signal => signal.Name == "clk" && ModuleOf(signal.Scope) == top).Select(signal => signal.Toggles / 2).DefaultIfEmpty(0).Max();
        var modules = new SortedDictionary<string, ModuleActivity>(StringComparer.Ordinal);
        foreach (var scope in signals.GroupBy(signal => signal.Scope))
        {
            if (ModuleOf(scope.Key) is not { } module)
            {
                continue;
            }

            var known = Registers(module);
            var activity = ModuleActivity.None with { Cycles = cycles };
            foreach (var signal in scope.Where(signal => signal.Name is not ("clk" or "rst_n")))
            {
                activity += known.Contains(signal.Name)
                    ? ModuleActivity.None with { RegisterBits = signal.Width, RegisterToggles = signal.Toggles }
                    : ModuleActivity.None with { Bits = signal.Width, Toggles = signal.Toggles, AddressToggles = signal.Name == TableSweep.Address ? signal.Toggles : 0 };
            }

            modules[module] = modules.GetValueOrDefault(module, ModuleActivity.None) + activity;
        }

        return (modules, cycles);

        // Scopes that are no instance, as a function's, belong to nobody.
        string? ModuleOf(string scope)
        {
            if (!scopes.TryGetValue(scope, out var module))
            {
                var dot = scope.LastIndexOf('.');
                var name = scope[(dot + 1)..];
                var parent = dot < 0 ? null : ModuleOf(scope[..dot]);
                module = parent is not null ? Instances(parent).GetValueOrDefault(name) : name == top ? top : null;
                scopes.Add(scope, module);
            }

            return module;
        }

        HashSet<string> Registers(string module)
        {
            if (!registers.TryGetValue(module, out var names))
            {
                registers.Add(module, names = [.. RegisterForm().Matches(design[module].Text).Select(match => match.Groups[1].Value)]);
            }

            return names;
        }

        Dictionary<string, string> Instances(string module)
        {
            if (!instances.TryGetValue(module, out var inside))
            {
                instances.Add(module, inside = new(StringComparer.Ordinal));
                foreach (Match use in InstanceForm().Matches(design[module].Text))
                {
                    if (design.ContainsKey(use.Groups[1].Value))
                    {
                        inside[use.Groups[2].Value] = use.Groups[1].Value;
                    }
                }
            }

            return inside;
        }
    }

    /// <summary>What takes a value at an edge stands at the front of an assignment, behind a condition at most.</summary>
    [GeneratedRegex(@"^\s*(?:(?:else\s+)?if\s*\(.*\)\s*|else\s+|always\s*@\(posedge clk\)\s*)?([A-Za-z_][A-Za-z0-9_]*)\s*<=[^;]*;", RegexOptions.Multiline)]
    private static partial Regex RegisterForm();

    [GeneratedRegex(@"^\s*([A-Za-z_][A-Za-z0-9_]*)\s+([A-Za-z_][A-Za-z0-9_]*)\s*\(\s*\.", RegexOptions.Multiline)]
    private static partial Regex InstanceForm();
}
