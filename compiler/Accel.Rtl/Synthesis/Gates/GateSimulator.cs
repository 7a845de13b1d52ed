using Accel.Core.Diagnostics;
using Accel.Rtl.Liberty;

namespace Accel.Rtl.Synthesis.Gates;

/// <summary>
/// Runs a netlist by the functions of its cells, 64 runs side by side, a bit each: each gate once per cycle, in the order of the signals. One clock,
/// whose rising edge all flip-flops take; they begin with anything.
/// </summary>
internal sealed class GateSimulator
{
    private const int Depth = 64;

    private readonly ulong[] _values;
    private readonly Gate[] _gates;
    private readonly (int Output, int Inverse, int[] Operands, int[] Program)[] _flipFlops;
    private readonly ulong[] _next;
    private readonly IReadOnlyDictionary<string, int[]> _ports;
    private readonly List<(int[] Operands, int Index, string Place)> _inputs = [];

    /// <exception cref="InputException">A latch, a flip-flop with set or clear or another clock, a cell without functions, or gates in a loop.</exception>
    public GateSimulator(LibertyLibrary library, FlatNetlist netlist, string clock = "clk")
    {
        _ports = netlist.Ports;
        _values = new ulong[netlist.Nets];
        _values[FlatNetlist.One] = ulong.MaxValue;
        var clockNet = netlist.Ports.TryGetValue(clock, out var bits) ? bits[0] : -1;
        var driver = new int[netlist.Nets];
        Array.Fill(driver, -1);
        var gates = new List<Gate>();
        var flipFlops = new List<(int, int, int[], int[])>();
        foreach (var gate in netlist.Gates)
        {
            if (gate.Cell.States.Count > 0)
            {
                flipFlops.Add(FlipFlop(library, gate, clockNet));
                continue;
            }

            foreach (var pin in gate.Cell.Outputs.Where(pin => gate.Pins.ContainsKey(pin.Name)))
            {
                var function = pin is { Function: { } f, ThreeState: null } && !gate.Cell.HasStateTable ? f : throw new InputException(library.File, $"{gate.Cell.Name}.{pin.Name}", "an output with a function that always drives", "another");
                driver[gate.Pins[pin.Name]] = gates.Count;
                var operands = Operands(library, gate, function);
                gates.Add(new(gate.Pins[pin.Name], operands, function.Compile(Depth) ?? throw new InputException(library.File, gate.Cell.Name, $"a function of at most {Depth} terms", "more")));
            }
        }

        _flipFlops = [.. flipFlops];
        _next = new ulong[_flipFlops.Length];
        _gates = Ordered(library, gates, driver);
    }

    /// <summary>A cell's output: <c>value = program(values of operands)</c>.</summary>
    private sealed record Gate(int Output, int[] Operands, int[] Program);

    /// <summary>Inputs of cells, clocks left out: where a fault can be.</summary>
    public int Inputs => _inputs.Count;

    /// <summary>Cell, instance and pin of an input.</summary>
    public string PlaceOf(int input) => _inputs[input].Place;

    /// <summary>Fixes an input of a cell at a value until the result is disposed.</summary>
    public IDisposable StuckAt(int input, bool value)
    {
        var (operands, index, _) = _inputs[input];
        var stuck = new Stuck(operands, index, operands[index]);
        operands[index] = value ? FlatNetlist.One : FlatNetlist.Zero;
        return stuck;
    }

    /// <summary>Gives each flip-flop a random value, and the clock none.</summary>
    public void Randomise(Random random)
    {
        foreach (var (output, inverse, _, _) in _flipFlops)
        {
            var value = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            Store(output, inverse, value);
        }
    }

    /// <summary>Sets a bit of an input in all runs.</summary>
    public void Set(string port, int bit, ulong runs) => _values[_ports[port][bit]] = runs;

    /// <summary>Whether the netlist has such a port.</summary>
    public bool Has(string port) => _ports.ContainsKey(port);

    /// <summary>Bit of a port in all runs, after <see cref="Settle"/>.</summary>
    public ulong Get(string port, int bit) => _values[_ports[port][bit]];

    public int WidthOf(string port) => _ports[port].Length;

    /// <summary>A port as a number in one run, the highest bit its sign if asked for.</summary>
    public long Number(string port, int run, bool isSigned)
    {
        var bits = _ports[port];
        var value = isSigned && ((_values[bits[^1]] >> run) & 1) != 0 ? -1L : 0;
        for (var k = bits.Length - 1; k >= 0; k--)
        {
            value = (value << 1) | (long)((_values[bits[k]] >> run) & 1);
        }

        return value;
    }

    /// <summary>Lets the inputs reach the outputs and the flip-flops.</summary>
    public void Settle()
    {
        foreach (var gate in _gates)
        {
            _values[gate.Output] = LogicFunction.Run(gate.Program, gate.Operands, _values);
        }
    }

    /// <summary>The clock's edge, behind <see cref="Settle"/>.</summary>
    public void Step()
    {
        for (var k = 0; k < _flipFlops.Length; k++)
        {
            _next[k] = LogicFunction.Run(_flipFlops[k].Program, _flipFlops[k].Operands, _values);
        }

        for (var k = 0; k < _flipFlops.Length; k++)
        {
            Store(_flipFlops[k].Output, _flipFlops[k].Inverse, _next[k]);
        }
    }

    private void Store(int output, int inverse, ulong value)
    {
        if (output >= 0)
        {
            _values[output] = value;
        }

        if (inverse >= 0)
        {
            _values[inverse] = ~value;
        }
    }

    private int[] Operands(LibertyLibrary library, GateInstance gate, LogicFunction function)
    {
        var operands = new int[function.Inputs.Count];
        for (var k = 0; k < operands.Length; k++)
        {
            operands[k] = gate.Pins.TryGetValue(function.Inputs[k], out var net) ? net : throw new InputException(library.File, $"{gate.Cell.Name}.{function.Inputs[k]}", "an input that is connected", "an open one");
            _inputs.Add((operands, k, $"{gate.Cell.Name} {gate.Name}.{function.Inputs[k]}"));
        }

        return operands;
    }

    private (int Output, int Inverse, int[] Operands, int[] Program) FlipFlop(LibertyLibrary library, GateInstance gate, int clock)
    {
        var state = gate.Cell.States is [{ IsLatch: false, Clear: null, Preset: null, Clock: not null, Data: not null } only] ? only : throw new InputException(library.File, gate.Cell.Name, "a flip-flop without set and clear", "another cell with a state");
        if (state.Clock!.Inputs is not [var pin] || state.Clock.ToString() != pin || gate.Pins[pin] != clock)
        {
            throw new InputException(library.File, gate.Cell.Name, "a flip-flop on the rising edge of the design's clock", $"{gate.Name} on another");
        }

        var (output, inverse) = (-1, -1);
        foreach (var q in gate.Cell.Outputs.Where(q => gate.Pins.ContainsKey(q.Name)))
        {
            var function = q.Function?.ToString();
            if (function == state.Variable)
            {
                output = gate.Pins[q.Name];
            }
            else if (function == state.Inverse)
            {
                inverse = gate.Pins[q.Name];
            }
            else
            {
                throw new InputException(library.File, $"{gate.Cell.Name}.{q.Name}", "the state or its inverse", function ?? "nothing");
            }
        }

        return (output, inverse, Operands(library, gate, state.Data!), state.Data!.Compile(Depth)!);
    }

    /// <summary>Gates behind those that feed them.</summary>
    private static Gate[] Ordered(LibertyLibrary library, List<Gate> gates, int[] driver)
    {
        var waiting = new int[gates.Count];
        var readers = new List<int>[gates.Count];
        for (var k = 0; k < gates.Count; k++)
        {
            readers[k] = [];
        }

        for (var k = 0; k < gates.Count; k++)
        {
            foreach (var net in gates[k].Operands)
            {
                if (driver[net] >= 0)
                {
                    readers[driver[net]].Add(k);
                    waiting[k]++;
                }
            }
        }

        var order = new List<Gate>(gates.Count);
        var ready = new Queue<int>(Enumerable.Range(0, gates.Count).Where(k => waiting[k] == 0));
        while (ready.TryDequeue(out var k))
        {
            order.Add(gates[k]);
            foreach (var reader in readers[k])
            {
                if (--waiting[reader] == 0)
                {
                    ready.Enqueue(reader);
                }
            }
        }

        return order.Count == gates.Count ? [.. order] : throw new InputException(library.File, "", "gates without a loop", $"{gates.Count - order.Count} gates that wait for each other");
    }

    private sealed class Stuck(int[] operands, int index, int net) : IDisposable
    {
        public void Dispose() => operands[index] = net;
    }
}
