using Accel.Core.Units;
using Accel.Hardware;
using Accel.Hardware.Tests;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Tests.Timing;

/// <summary>
/// Machines and programs of all kinds, for time alone. A command waits only for commands before it, so no program can hang; each ordered
/// pair of units has a semaphore of its own.
/// </summary>
internal sealed class RandomTimedPrograms(int seed)
{
    private readonly Random _random = new(seed);
    private readonly Register _counter = new(3);
    private bool _inLoop;

    /// <summary>A machine, but for whether memory is refreshed between runs.</summary>
    public HardwareConfig Machine(bool refreshesBetweenRuns)
    {
        var machine = Machine();
        return machine with { Memory = machine.Memory with { Controller = machine.Memory.Controller with { RefreshBetweenRuns = refreshesBetweenRuns } } };
    }

    public HardwareConfig Machine()
    {
        var edge = Configs.Load("edge");
        var stacked = Configs.Load("mid");
        var hasStack = _random.Next(3) == 0;
        var rows = 1 << _random.Next(1, 6);
        return edge with
        {
            Name = "random",
            Clocks = new(new Hertz(_random.Next(300, 2000) * 1_000_000L), (hasStack ? stacked : edge).Clocks.Memory),
            MatMulArrays = edge.MatMulArrays with
            {
                Count = _random.Next(1, 3), Rows = rows, Columns = 1 << _random.Next(1, 6), WeightBuffers = _random.Next(1, 3), WeightPort = new(1 << _random.Next(2, 8)),
            },
            VectorUnits = new(_random.Next(1, 3), 1 << _random.Next(0, 6)),
            Scratchpad = edge.Scratchpad with { Ports = _random.Next(hasStack ? 4 : 1, hasStack ? 6 : 3) },
            Dma = new(_random.Next(1, 4), _random.Next(1, 200), new Cycles(_random.Next(0, 30)), new Bytes(64)),
            Sequencer = new(_random.Next(1, 6), 64),
            Memory = (hasStack ? stacked.Memory with { Channels = 4, Capacity = new(stacked.Memory.Capacity.Value / 8), BytesPerSecond = stacked.Memory.BytesPerSecond / 8 } : edge.Memory) with
            {
                Controller = edge.Memory.Controller with
                {
                    ReadQueue = _random.Next(2, 40), WriteQueue = _random.Next(2, 40),
                    Page = _random.Next(4) == 0 ? PagePolicy.Closed : PagePolicy.Open,
                },
            },
        };
    }

    public CompiledProgram Program(HardwareConfig machine)
    {
        var instructions = new List<Instruction>();
        for (var block = _random.Next(1, 5); block > 0; block--)
        {
            _inLoop = _random.Next(2) == 0;
            if (_inLoop)
            {
                instructions.Add(new Loop(_counter, (Expression)new Register(0) + _random.Next(0, 5)));
            }

            instructions.AddRange(Block(machine, _random.Next(1, 12)));
            if (_inLoop)
            {
                instructions.Add(new EndLoop());
            }

            if (_random.Next(3) == 0)
            {
                instructions.Add(new Fence());
            }
        }

        return new()
        {
            Name = "random",
            Machine = MachineShapes.Of(machine),
            ContextLength = 64,
            Segments = [new("memory", SegmentKind.State, 0, 1 << 28)],
            Operators = [new("first", "test"), new("second", "test")],
            EntryPoints = [new("decode", 4, instructions)],
        };
    }

    /// <summary>Commands whose signals and waits balance, so that a block may be repeated.</summary>
    private IEnumerable<Instruction> Block(HardwareConfig machine, int count)
    {
        UnitId[] units = [.. Kernel.Dispatcher.UnitsOf(MachineShapes.Of(machine))];
        var commands = Enumerable.Range(0, count).Select(_ => Make(machine, units[_random.Next(units.Length)])).ToArray();
        var signals = commands.Select(_ => new List<SemaphoreUse>()).ToArray();
        var waits = commands.Select(_ => new List<SemaphoreUse>()).ToArray();
        for (var taker = 1; taker < count; taker++)
        {
            var giver = _random.Next(taker);
            var (from, to) = (Array.IndexOf(units, commands[giver].Unit), Array.IndexOf(units, commands[taker].Unit));
            if (from == to || _random.Next(3) == 0)
            {
                continue;
            }

            var uses = new SemaphoreUse((from * units.Length) + to, _random.Next(1, 3));
            if (uses.Semaphore < machine.Sequencer.Semaphores
                && signals[giver].TrueForAll(use => use.Semaphore != uses.Semaphore) && waits[taker].TrueForAll(use => use.Semaphore != uses.Semaphore))
            {
                signals[giver].Add(uses);
                waits[taker].Add(uses);
            }
        }

        for (var i = 0; i < count; i++)
        {
            if (_random.Next(4) == 0)
            {
                yield return new Set(new Register(4), SetFunction.Add, _random.Next(100), _counter);
            }

            yield return commands[i] with { Signals = [.. signals[i].Take(8)], Waits = [.. waits[i].Take(8)], Operator = _random.Next(2) };
        }
    }

    private Command Make(HardwareConfig machine, UnitId unit) => _random.Next(8) == 0
        ? new Synchronize(unit)
        : unit.Kind switch
        {
            UnitKind.Dma => Transfer() with { Channel = unit.Index },
            UnitKind.Array => Product(machine) with { Array = unit.Index },
            _ => Lanes() with { Vector = unit.Index },
        };

    private DmaCommand Transfer()
    {
        var dram = (_inLoop ? (Expression)_counter * (64 * _random.Next(200)) : 0) + _random.Next(1 << 26);
        if (_random.Next(8) == 0)
        {
            return new Gather(TrafficClass.Weights, dram, 100, _random.Next(1, 300), 300, View.Scalars(LaneType.I32, 0, _random.Next(0, 9)), 4096, 300);
        }

        var rowBytes = _random.Next(4) == 0 ? _random.Next(1, 9000) : _random.Next(1, 400);
        var box = new Box(rowBytes)
        {
            Rows = _random.Next(0, 12), Planes = _random.Next(1, 4),
            DramRowStride = _random.Next(2) == 0 ? rowBytes : rowBytes + _random.Next(5000), DramPlaneStride = _random.Next(100_000),
            ScratchpadRowStride = rowBytes, ScratchpadPlaneStride = 12L * rowBytes,
        };
        return _random.Next(3) == 0
            ? new Store(TrafficClass.Cache, dram, _random.Next(100_000), box)
            : new Load(TrafficClass.Weights, dram, _random.Next(100_000), box);
    }

    private ArrayCommand Product(HardwareConfig machine)
    {
        var (m, n, k) = (_random.Next(1, 20), _random.Next(1, 100), _random.Next(1, 150));
        if (_random.Next(3) == 0)
        {
            return new Drain(_random.Next(300), n, View.Matrix(LaneType.I32, _random.Next(1000), m, n), null, null, 0, 0, 0);
        }

        var type = _random.Next(3) == 0 ? LaneType.I16 : LaneType.I8;
        var format = (CodeFormat)_random.Next(5);
        var folds = Enumerable.Range(1, machine.MatMulArrays.Rows).Where(fold => machine.MatMulArrays.Rows % fold == 0).ToArray();
        return new MatMul(
            View.Matrix(type, _random.Next(2000), m, k), new(format, 20_000, 300), n, _random.Next(2) == 0 ? null : new(50_000, 2, _random.Next(1, 200)),
            _random.Next(300), n, _random.Next(2) == 0)
        {
            Dataflow = (Dataflow)_random.Next(2), Fold = folds[_random.Next(folds.Length)],
        };
    }

    private VectorCommand Lanes()
    {
        var (rows, columns) = (_random.Next(0, 10), _random.Next(1, 200));
        var a = View.Matrix(LaneType.I32, 0, rows, columns);
        var b = View.Matrix(LaneType.I16, 40_000, rows, columns) with { ColumnStride = _random.Next(2) == 0 ? 2 : 6 };
        return _random.Next(5) switch
        {
            0 => new Elementwise(LaneFunction.Add, a, b, a, 0, 0),
            1 => new Reduce(ReduceFunction.Sum, a, View.Scalars(LaneType.I64, 80_000, rows), false),
            2 => new QuantizeRows(a, View.Matrix(LaneType.I8, 60_000, rows, columns), View.Scalars(LaneType.I32, 70_000, rows), null, 1, 0),
            3 => new Apply(UnaryFunction.Exp2Negative, a, a),
            _ => new Lookup(a, a, 90_000, 16, 4, 0, TableUse.Value, 0, 0, 0),
        };
    }
}
