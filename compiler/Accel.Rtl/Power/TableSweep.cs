using System.Globalization;
using System.Numerics;
using Accel.Rtl.Liberty;
using Accel.Rtl.Synthesis.Gates;

namespace Accel.Rtl.Power;

/// <summary>
/// What the logic of a table takes while its address counts through all its values once and returns to the first: its gates are simulated, each net's changes counted.
/// In a table most nets change seldom, far less than its word, which is all that the text shows.
/// </summary>
/// <param name="Joules">Of all nets that gates drive.</param>
/// <param name="AddressToggles">Changes of the address's bits in the same time: how far a run went is told by these.</param>
internal sealed record TableSweep(double Joules, long AddressToggles)
{
    /// <summary>The port.</summary>
    public const string Address = "address";

    /// <summary>The widest address that is gone through.</summary>
    private const int MostBits = 20;

    /// <summary>Null for a module that is no table of gates alone with an address that can be gone through.</summary>
    public static TableSweep? Of(ModuleNetlist netlist, LibertyLibrary library, PowerAssumptions assumptions)
    {
        var address = AddressNets(netlist);
        if (address.Length is 0 or > MostBits || netlist.Cells.Any(cell => cell.Cell.States.Count > 0))
        {
            return null;
        }

        // Nets as ports of the simulator, behind its two constants.
        var gates = netlist.Cells.Select((cell, i) => new GateInstance(
            i.ToString(CultureInfo.InvariantCulture), cell.Cell, cell.Pins.ToDictionary(pin => pin.Pin, pin => pin.Net + 2, StringComparer.Ordinal)));
        const string Nets = "nets";
        var ports = new Dictionary<string, int[]>(StringComparer.Ordinal) { [Address] = [.. address.Select(net => net + 2)], [Nets] = [.. Enumerable.Range(2, netlist.Nets)] };
        var simulator = new GateSimulator(library, new(2 + netlist.Nets, [.. gates], ports));
        var toggles = new long[netlist.Nets];
        var (first, last) = (new ulong[netlist.Nets], new ulong[netlist.Nets]);
        var length = Math.Max(64, 1L << address.Length);
        for (var from = 0L; from < length; from += 64)
        {
            for (var bit = 0; bit < address.Length; bit++)
            {
                var runs = 0UL;
                for (var run = 0; run < 64; run++)
                {
                    runs |= ((ulong)((from + run) >> bit) & 1) << run;
                }

                simulator.Set(Address, bit, runs);
            }

            simulator.Settle();
            for (var net = 0; net < toggles.Length; net++)
            {
                var value = simulator.Get(Nets, net);
                toggles[net] += BitOperations.PopCount((value ^ (value >> 1)) & (ulong.MaxValue >> 1));
                if (from == 0)
                {
                    first[net] = value;
                }
                else
                {
                    toggles[net] += (long)((last[net] >> 63) ^ (value & 1));
                }

                last[net] = value;
            }
        }

        for (var net = 0; net < toggles.Length; net++)
        {
            toggles[net] += (long)((last[net] >> 63) ^ (first[net] & 1));
        }

        return new(ModuleEnergy.Changes(netlist, library, assumptions).Sum(change => change.Joules * toggles[change.Net]), address.Sum(net => toggles[net]));
    }

    private static int[] AddressNets(ModuleNetlist netlist)
    {
        if (netlist.Names.TryGetValue(Address, out var single))
        {
            return [single];
        }

        var nets = new List<int>();
        while (netlist.Names.TryGetValue($"{Address}[{nets.Count}]", out var net))
        {
            nets.Add(net);
        }

        return [.. nets];
    }
}
