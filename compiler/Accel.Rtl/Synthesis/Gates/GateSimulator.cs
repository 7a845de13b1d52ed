using Accel.Core.Diagnostics;
using Accel.Rtl.Liberty;

namespace Accel.Rtl.Synthesis.Gates;

/// <summary>
/// Runs a netlist by the functions of its cells, 64 runs side by side, a bit each: each gate once per cycle, in the order of the signals. One clock,
/// whose rising edge all flip-flops take; they begin with anything.
/// </summary>
internal sealed class GateSimulator
{
    /// <summary>Steps of one cell's function.</summary>
    private const int Longest = 64;

    private readonly ulong[] _values;
    private readonly (int Output, int Inverse)[] _flipFlops;
    private readonly ulong[] _next;
    private readonly IReadOnlyDictionary<string, int[]> _ports;

    // All gates in order, and the next values of all flip-flops: steps of a stack machine, nets by their numbers.
    private readonly int[] _settle;
    private readonly int[] _edge;
    private readonly List<(int[] Program, int[] Steps, string Place)> _inputs = [];

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
        var states = new List<Gate>();
        var flipFlops = new List<(int, int)>();
        foreach (var gate in netlist.Gates)
        {
            if (gate.Cell.States.Count > 0)
            {
                var data = CheckedData(library, gate, clockNet);
                states.Add(new(flipFlops.Count, data, Operands(library, gate, data), gate));
                flipFlops.Add(Outputs(library, gate));
                continue;
            }

            foreach (var pin in gate.Cell.Outputs.Where(pin => gate.Pins.ContainsKey(pin.Name)))
            {
                var function = pin is { Function: { } f, ThreeState: null } && !gate.Cell.HasStateTable ? f : throw new InputException(library.File, $"{gate.Cell.Name}.{pin.Name}", "an output with a function that always drives", "another");
                driver[gate.Pins[pin.Name]] = gates.Count;
                gates.Add(new(gate.Pins[pin.Name], function, Operands(library, gate, function), gate));
            }
        }

        _flipFlops = [.. flipFlops];
        _next = new ulong[_flipFlops.Length];
        _settle = Program(library, Ordered(library, gates, driver));
        _edge = Program(library, states);
    }

    /// <summary>An output of a cell, or what a flip-flop takes.</summary>
    /// <param name="Target">The net, or the flip-flop.</param>
    /// <param name="Operands">Nets of the function's inputs.</param>
    private sealed record Gate(int Target, LogicFunction Function, int[] Operands, GateInstance Instance);

    /// <summary>Inputs of cells, clocks left out: where a fault can be.</summary>
    public int Inputs => _inputs.Count;

    /// <summary>Cell, instance and pin of an input.</summary>
    public string PlaceOf(int input) => _inputs[input].Place;

    /// <summary>Fixes an input of a cell at a value until the result is disposed.</summary>
    public IDisposable StuckAt(int input, bool value)
    {
        var (program, steps, _) = _inputs[input];
        var stuck = new Stuck(program, steps, program[steps[0]]);
        foreach (var step in steps)
        {
            program[step] = value ? FlatNetlist.One : FlatNetlist.Zero;
        }

        return stuck;
    }

    /// <summary>Gives each flip-flop a random value, and the clock none.</summary>
    public void Randomise(Random random)
    {
        foreach (var (output, inverse) in _flipFlops)
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
    public void Settle() => Run(_settle, _values, _values);

    /// <summary>The clock's edge, behind <see cref="Settle"/>.</summary>
    public void Step()
    {
        Run(_edge, _values, _next);
        for (var k = 0; k < _flipFlops.Length; k++)
        {
            Store(_flipFlops[k].Output, _flipFlops[k].Inverse, _next[k]);
        }
    }

    private static void Run(int[] program, ulong[] values, ulong[] results)
    {
        Span<ulong> stack = stackalloc ulong[Longest];
        var top = -1;
        for (var at = 0; at < program.Length; at++)
        {
            var step = program[at];
            switch (step)
            {
                case LogicStep.Zero:
                    stack[++top] = 0;
                    break;
                case LogicStep.One:
                    stack[++top] = ulong.MaxValue;
                    break;
                case LogicStep.Not:
                    stack[top] = ~stack[top];
                    break;
                case LogicStep.And:
                    top--;
                    stack[top] &= stack[top + 1];
                    break;
                case LogicStep.Or:
                    top--;
                    stack[top] |= stack[top + 1];
                    break;
                case LogicStep.Xor:
                    top--;
                    stack[top] ^= stack[top + 1];
                    break;
                case LogicStep.Store:
                    results[program[++at]] = stack[top--];
                    break;
                default:
                    stack[++top] = values[step];
                    break;
            }
        }
    }

    /// <summary>Gates one after another, and where each of their inputs is read.</summary>
    private int[] Program(LibertyLibrary library, IReadOnlyList<Gate> gates)
    {
        var program = new List<int>();
        var reads = new List<(int[] Steps, string Place)>();
        foreach (var gate in gates)
        {
            var steps = gate.Function.Compile(Longest) ?? throw new InputException(library.File, gate.Instance.Cell.Name, $"a function of at most {Longest} steps", "more");
            for (var input = 0; input < gate.Operands.Length; input++)
            {
                reads.Add(([.. Enumerable.Range(0, steps.Length).Where(k => steps[k] == input).Select(k => program.Count + k)], $"{gate.Instance.Cell.Name} {gate.Instance.Name}.{gate.Function.Inputs[input]}"));
            }

            program.AddRange(steps.Select(step => step >= 0 ? gate.Operands[step] : step));
            program.Add(LogicStep.Store);
            program.Add(gate.Target);
        }

        int[] whole = [.. program];
        _inputs.AddRange(reads.Select(read => (whole, read.Steps, read.Place)));
        return whole;
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

    private static int[] Operands(LibertyLibrary library, GateInstance gate, LogicFunction function) =>
        [.. function.Inputs.Select(name => gate.Pins.TryGetValue(name, out var net) ? net : throw new InputException(library.File, $"{gate.Cell.Name}.{name}", "an input that is connected", "an open one"))];

    /// <summary>What a plain flip-flop takes at the rising edge of the design's clock.</summary>
    private static LogicFunction CheckedData(LibertyLibrary library, GateInstance gate, int clock)
    {
        var state = gate.Cell.States is [{ IsLatch: false, Clear: null, Preset: null, Clock: not null, Data: not null } only] ? only : throw new InputException(library.File, gate.Cell.Name, "a flip-flop without set and clear", "another cell with a state");
        return state.Clock!.Inputs is [var pin] && state.Clock.ToString() == pin && gate.Pins[pin] == clock
            ? state.Data!
            : throw new InputException(library.File, gate.Cell.Name, "a flip-flop on the rising edge of the design's clock", $"{gate.Name} on another");
    }

    /// <summary>Nets of a flip-flop's state and of its inverse; -1 for one that is open.</summary>
    private static (int Output, int Inverse) Outputs(LibertyLibrary library, GateInstance gate)
    {
        var state = gate.Cell.States[0];
        var (output, inverse) = (-1, -1);
        foreach (var pin in gate.Cell.Outputs.Where(pin => gate.Pins.ContainsKey(pin.Name)))
        {
            var function = pin.Function?.ToString();
            if (function == state.Variable)
            {
                output = gate.Pins[pin.Name];
            }
            else if (function == state.Inverse)
            {
                inverse = gate.Pins[pin.Name];
            }
            else
            {
                throw new InputException(library.File, $"{gate.Cell.Name}.{pin.Name}", "the state or its inverse", function ?? "nothing");
            }
        }

        return (output, inverse);
    }

    /// <summary>Gates behind those that feed them.</summary>
    private static List<Gate> Ordered(LibertyLibrary library, List<Gate> gates, int[] driver)
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

        return order.Count == gates.Count ? order : throw new InputException(library.File, "", "gates without a loop", $"{gates.Count - order.Count} gates that wait for each other");
    }

    private sealed class Stuck(int[] program, int[] steps, int net) : IDisposable
    {
        public void Dispose()
        {
            foreach (var step in steps)
            {
                program[step] = net;
            }
        }
    }
}
