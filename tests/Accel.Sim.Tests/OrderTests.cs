using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Sim.Tests;

/// <summary>What orders units, and what happens where nothing does.</summary>
public sealed class OrderTests
{
    private static readonly View _cell = View.Scalars(LaneType.I32, 0, 1);
    private static readonly View _next = View.Scalars(LaneType.I32, 4, 1);

    [Fact]
    public void Read_without_order_names_reader_and_writer() => Faults(
        FaultKind.Unordered,
        "decode[1] lanes on vector1: reads scratchpad bytes from 0 on, which decode[0] lanes on vector0 writes; no semaphore orders them",
        Fill(_cell, 0), Copy(_cell, _next, 1));

    [Fact]
    public void Semaphore_orders_writer_and_reader() => Runs(Fill(_cell, 0) with { Signals = [3] }, Copy(_cell, _next, 1) with { Waits = [3] });

    [Fact]
    public void Fence_orders_everything() => Runs(Fill(_cell, 0), new Fence(), Copy(_cell, _next, 1));

    [Fact]
    public void One_unit_is_in_order_by_itself() => Runs(Fill(_cell, 0), Copy(_cell, _next, 0));

    [Fact]
    public void Overwriting_before_the_read_is_done_names_both() => Faults(
        FaultKind.Unordered,
        "decode[3] lanes on vector2: writes scratchpad bytes from 0 on, which decode[2] lanes on vector1 reads; no semaphore orders them",
        Fill(_cell, 0), new Fence(), Copy(_cell, _next, 1), Fill(_cell, 2));

    [Fact]
    public void Two_writers_without_order_are_refused() => Faults(
        FaultKind.Unordered,
        "decode[1] lanes on vector1: writes scratchpad bytes from 0 on, which decode[0] lanes on vector0 writes; no semaphore orders them",
        Fill(_cell, 0), Fill(_cell, 1));

    [Fact]
    public void Order_passes_on_through_a_third_unit() => Runs(
        Fill(_cell, 0) with { Signals = [0] },
        new Synchronize(new(UnitKind.Dma, 0)) { Waits = [0], Signals = [1] },
        Copy(_cell, _next, 1) with { Waits = [1] });

    [Fact]
    public void Waiting_for_the_first_of_two_units_orders_only_the_first() => Faults(
        FaultKind.Unordered,
        "decode[2] lanes on vector1: reads scratchpad bytes from 4 on, which decode[1] lanes on vector0 writes; no semaphore orders them",
        Fill(_cell, 0) with { Signals = [0] }, Fill(_next, 0) with { Signals = [0] },
        Copy(_next, View.Scalars(LaneType.I32, 8, 1), 1) with { Waits = [0] });

    [Fact]
    public void Reading_what_nobody_wrote_is_a_fault()
    {
        Faults(FaultKind.NeverWritten, "decode[0] lanes on vector1: reads scratchpad bytes from 0 on, which nobody wrote", Copy(_cell, _next, 1));
        Faults(
            FaultKind.NeverWritten, "decode[0] drain on array0: reads accumulators from 7 on, which nobody wrote",
            new Drain(7, 1, _cell, null, null, 0, 0, 0));
        Faults(
            FaultKind.NeverWritten, $"decode[0] load on dma0: reads DRAM bytes from {4 * Bench.PadBytes} on, which nobody wrote",
            new Load(TrafficClass.Activations, 4 * Bench.PadBytes, 0, new Box(4)));
    }

    [Fact]
    public void States_are_zero_from_the_start() => Runs(new Load(TrafficClass.State, 2 * Bench.PadBytes, 0, new Box(4)));

    [Fact]
    public void Addresses_outside_are_refused()
    {
        Faults(
            FaultKind.OutOfRange, "decode[0] lanes on vector0: scratchpad bytes 65534 to 65538, of 65536", Fill(View.Scalars(LaneType.I32, Bench.PadBytes - 2, 1), 0));
        Faults(FaultKind.OutOfRange, "decode[0] lanes on vector0: scratchpad bytes -4 to 0, of 65536", Fill(View.Scalars(LaneType.I32, -4, 1), 0));
        Faults(
            FaultKind.OutOfRange, "decode[0] load on dma0: DRAM bytes 65534 to 65538 do not lie within one segment",
            new Load(TrafficClass.Input, Bench.PadBytes - 2, 0, new Box(4)));
        Faults(
            FaultKind.OutOfRange, "decode[2] store on dma0: a write to 'constants', which holds constants",
            Fill(_cell, 0), new Fence(), new Store(TrafficClass.Weights, 3 * Bench.PadBytes, 0, new Box(4)));
        Faults(
            FaultKind.Overflow, "decode[0] load on dma0: a command that touches more than 4194304 separate ranges",
            new Load(TrafficClass.Input, 0, 0, new Box(1) { Rows = 1 << 30, DramRowStride = 2 }));
        Faults(FaultKind.Overflow, "decode[0] lanes on vector0: -1 planes, rows or columns", Fill(View.Scalars(LaneType.I32, 0, -1), 0));
    }

    [Fact]
    public void Deadlock_says_who_waits_for_whom() => Faults(
        FaultKind.Deadlock,
        "decode: nobody can go on; vector0 waits at [0] sync for semaphore 1 (0 of 1), which [1] sync in the queue of vector1 would signal; "
        + "vector1 waits at [1] sync for semaphore 2 (0 of 1), which [0] sync in the queue of vector0 would signal; "
        + "vector2 waits at [2] sync for semaphore 3 (0 of 2), which nobody will signal",
        new Synchronize(new(UnitKind.Vector, 0)) { Waits = [1], Signals = [2] },
        new Synchronize(new(UnitKind.Vector, 1)) { Waits = [2], Signals = [1] },
        new Synchronize(new(UnitKind.Vector, 2)) { Waits = [new(3, 2)] });

    [Fact]
    public void Full_queue_before_the_signaller_is_a_deadlock() => Faults(
        FaultKind.Deadlock,
        "decode: nobody can go on; vector0 waits at [0] sync for semaphore 1 (0 of 1), which [5] sync on vector1 would signal once issued; "
        + "the sequencer waits at [4] sync for a place in the queue of vector0",
        [
            new Synchronize(new(UnitKind.Vector, 0)) { Waits = [1] },
            .. Enumerable.Repeat(new Synchronize(new(UnitKind.Vector, 0)), 4),
            new Synchronize(new(UnitKind.Vector, 1)) { Signals = [1] },
        ]);

    [Fact]
    public void Fence_behind_a_wait_is_a_deadlock() => Faults(
        FaultKind.Deadlock,
        "decode: nobody can go on; vector0 waits at [0] sync for semaphore 1 (0 of 1), which [2] sync on vector1 would signal once issued; "
        + "the sequencer waits at [1] fence for all units",
        new Synchronize(new(UnitKind.Vector, 0)) { Waits = [1] }, new Fence(), new Synchronize(new(UnitKind.Vector, 1)) { Signals = [1] });

    [Fact]
    public void Semaphore_with_two_givers_or_takers_is_refused_until_a_fence()
    {
        Command Give(int unit) => new Synchronize(new(UnitKind.Vector, unit)) { Signals = [1] };
        Command Take(int unit) => new Synchronize(new(UnitKind.Vector, unit)) { Waits = [1] };

        Faults(FaultKind.Unordered, "decode[1] sync on vector1: signals semaphore 1, which another unit signals too", Give(0), Give(1));
        Faults(
            FaultKind.Unordered, "decode[3] sync on vector2: waits for semaphore 1, for which another unit waits too", Give(0), Give(0), Take(1), Take(2));
        Runs(Give(0), new Fence(), Give(1), Take(1), new Fence(), Take(2));
    }

    /// <summary>The machine's proof against the definition: two commands are ordered if a chain of unit order and semaphores joins them.</summary>
    [Fact]
    public void Programs_are_refused_exactly_when_two_unordered_commands_share_bytes() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue),
        seed =>
        {
            var (commands, links) = RandomCommands(new Random(seed));
            var n = commands.Length;
            var before = new bool[n, n];
            for (var j = 0; j < n; j++)
            {
                for (var i = 0; i < j; i++)
                {
                    before[i, j] = commands[i].Unit == commands[j].Unit || links.Contains((i, j));
                }
            }

            for (var k = 0; k < n; k++)
            {
                for (var i = 0; i < k; i++)
                {
                    for (var j = k + 1; j < n; j++)
                    {
                        before[i, j] |= before[i, k] && before[k, j];
                    }
                }
            }

            var clash = Enumerable.Range(0, n).Any(j => Enumerable.Range(0, j).Any(i => !before[i, j] && Share(commands[i], commands[j])));
            Instruction[] initial = [.. Enumerable.Range(0, Cells).Select(i => Fill(Cell(i), 0)), new Fence()];
            var simulation = Simulation.Create(Bench.Program([.. initial, .. commands]), Bench.Hardware with { });
            var fault = Record.Exception(() => simulation.Run("decode", 0, 1));

            Assert.Equal(clash, fault is not null);
            Assert.True(fault is null or MachineFaultException { Kind: FaultKind.Unordered });
        },
        runs: 2000);

    private const int Cells = 5;

    private static View Cell(int index) => View.Scalars(LaneType.I32, 64 + (4 * index), 1);

    /// <summary>Copies between a few cells on three units; semaphore s has one giver and one taker by its number.</summary>
    private static (Elementwise[] Commands, HashSet<(int, int)> Links) RandomCommands(Random random)
    {
        var commands = Enumerable.Range(0, random.Next(2, 8)).Select(_ => Copy(Cell(random.Next(Cells)), Cell(random.Next(Cells)), random.Next(3))).ToArray();
        var links = new HashSet<(int, int)>();
        var given = new Queue<int>[9];
        var takes = new Dictionary<int, int>();
        for (var j = 0; j < commands.Length; j++)
        {
            // A wait can only be met by a signal before it in the program: no deadlock.
            var waits = new List<SemaphoreUse>();
            var signals = new List<SemaphoreUse>();
            for (var other = 0; other < 3; other++)
            {
                var (incoming, outgoing) = ((3 * other) + commands[j].Vector, (3 * commands[j].Vector) + other);
                if (other != commands[j].Vector && given[incoming] is { Count: > 0 } queue && random.Next(2) == 0)
                {
                    var count = random.Next(1, queue.Count + 1);
                    waits.Add(new(incoming, count));
                    for (var i = 0; i < count; i++)
                    {
                        links.Add((queue.Dequeue(), j));
                    }
                }

                if (other != commands[j].Vector && random.Next(2) == 0)
                {
                    var count = random.Next(1, 3);
                    signals.Add(new(outgoing, count));
                    given[outgoing] ??= new();
                    for (var i = 0; i < count; i++)
                    {
                        given[outgoing].Enqueue(j);
                    }
                }
            }

            commands[j] = commands[j] with { Waits = [.. waits], Signals = [.. signals] };
        }

        return (commands, links);
    }

    private static bool Share(Elementwise a, Elementwise b) =>
        a.Destination == b.Destination || a.Destination == b.Left.View || a.Left.View == b.Destination;

    private static Elementwise Fill(View to, int unit) => new(LaneFunction.Move, 5, 0, to, 0, 0) { Vector = unit };

    private static Elementwise Copy(View from, View to, int unit) => new(LaneFunction.Move, from, 0, to, 0, 0) { Vector = unit };

    private static void Runs(params Instruction[] instructions) => Simulation.Create(Bench.Program(instructions), Bench.Hardware).Run("decode", 0, 1);

    private static void Faults(FaultKind kind, string message, params Instruction[] instructions)
    {
        var fault = Assert.Throws<MachineFaultException>(() => Runs(instructions));
        Assert.Equal((kind, message), (fault.Kind, fault.Message));
    }
}
