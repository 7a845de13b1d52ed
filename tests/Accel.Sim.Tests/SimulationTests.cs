using Accel.Core.Diagnostics;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Encoding;
using Accel.Isa.Operands;

namespace Accel.Sim.Tests;

public sealed class SimulationTests
{
    private static readonly View _cell = View.Scalars(LaneType.I32, 0, 1);

    [Fact]
    public void A_batch_finds_each_token_s_position_and_is_refused_where_it_has_none()
    {
        // Byte i of the output is the position of token i, plus the first sequence.
        Register row = new(3), position = new(4);
        var cell = new View(LaneType.I8, row, 1);
        Instruction[] Commands(int most) =>
        [
            new Loop(row, Register.Tokens + (Expression)most),
            new Set(position, SetFunction.PositionOf, row, 0),
            // One of two loops goes round position times, and adds as often.
            new Elementwise(LaneFunction.Move, 0, 0, cell, 0, 0),
            new Loop(new(5), (Expression)position + Register.Sequence),
            new Elementwise(LaneFunction.Add, cell, 1, cell, 0, 0),
            new EndLoop(),
            new EndLoop(),
            new Fence(),
            new Store(TrafficClass.Output, Bench.PadBytes, 0, new Box(Register.Tokens)),
        ];
        Simulation Machine(int most) => Simulation.Create(
            Bench.Program([]) with { Sequences = 5, EntryPoints = [new("decode", 1, []), new("batch", 4, Commands(most)) { IsBatch = true }] }, Bench.Hardware);
        var simulation = Machine(0);
        simulation.RunBatch("batch", new long[] { 7, 0, 3 }, 2);
        var output = new byte[3];
        simulation.ReadSegment("out", 0, output);
        Assert.Equal([9, 2, 5], output);

        string Refused(Action run) => Assert.Throws<InputException>(run).Message;
        Assert.Contains("entry point: expected one of several sequences, found 'decode'", Refused(() => simulation.RunBatch("decode", new long[] { 1 })), StringComparison.Ordinal);
        Assert.Contains("entry point: expected one of a single sequence, found 'batch'", Refused(() => simulation.Run("batch", 0, 1)), StringComparison.Ordinal);
        Assert.Contains("sequences: expected 1 to 4, found 5", Refused(() => simulation.RunBatch("batch", new long[5])), StringComparison.Ordinal);
        Assert.Contains("sequence: expected 0 to 2, found 3", Refused(() => simulation.RunBatch("batch", new long[3], 3)), StringComparison.Ordinal);
        Assert.Contains("position: expected", Refused(() => simulation.RunBatch("batch", new long[] { -1 })), StringComparison.Ordinal);
        Assert.Contains("no such token in this batch", Assert.Throws<MachineFaultException>(() => Machine(1).RunBatch("batch", new long[] { 1 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Loops_nest_count_and_skip()
    {
        // r3 = sum over i < tokens of (10 i + sum over j < i of 1); a loop of -1 rounds is skipped.
        Register sum = new(3), i = new(4), j = new(5);
        var program = Bench.Program(
        [
            new Loop(i, Register.Tokens),
            new Set(sum, SetFunction.Add, (Expression)sum, i * 10),
            new Loop(j, i),
            new Set(sum, SetFunction.Add, (Expression)sum, 1),
            new EndLoop(),
            new EndLoop(),
            new Loop(j, -1),
            new Loop(i, 2),
            new Set(sum, SetFunction.Add, (Expression)sum, 1000),
            new EndLoop(),
            new EndLoop(),
            new Elementwise(LaneFunction.Move, 7, 0, new(LaneType.I8, 0, (Expression)sum), 0, 0),
            new Store(TrafficClass.Output, Bench.PadBytes, 0, new Box((Expression)sum)) { Waits = [0] },
        ]);
        var commands = program.EntryPoints[0].Instructions.ToList();
        commands[^2] = (Elementwise)commands[^2] with { Signals = [0] };
        var simulation = Simulation.Create(program with { EntryPoints = [new("decode", 8, commands)] }, Bench.Hardware);

        simulation.Run("decode", 0, 4);

        var output = new byte[100];
        simulation.ReadSegment("out", 0, output);
        Assert.Equal((10 * (0 + 1 + 2 + 3)) + (0 + 1 + 2 + 3), output.Count(value => value == 7));
    }

    [Fact]
    public void Condition_is_a_loop_of_one_or_no_round()
    {
        Register first = new(3), counter = new(4);
        var program = Bench.Program(
        [
            new Elementwise(LaneFunction.Move, 1, 0, _cell, 0, 0),
            new Set(first, SetFunction.Maximum, (Register.Position * -1) + 1, 0),
            new Loop(counter, (Expression)first),
            new Elementwise(LaneFunction.Move, 2, 0, _cell, 0, 0),
            new EndLoop(),
            new Fence(),
            new Store(TrafficClass.Output, Bench.PadBytes, 0, new Box(4)),
        ]);
        var simulation = Simulation.Create(program, Bench.Hardware);
        var output = new byte[1];

        foreach (var (position, expected) in new[] { (0, 2), (1, 1), (9, 1) })
        {
            simulation.Run("decode", position, 1);
            simulation.ReadSegment("out", 0, output);
            Assert.Equal(expected, output[0]);
        }
    }

    [Fact]
    public void Double_buffered_loop_runs_whatever_the_depth_of_the_queues()
    {
        // Ten tiles of one number through two buffers: loads wait for a free buffer, sums for a full one.
        const int Full = 0;
        const int Free = 1;
        Register tile = new(3), buffer = new(4);
        List<Instruction> program =
        [
            new Elementwise(LaneFunction.Move, 0, 0, View.Scalars(LaneType.I64, 64, 1), 0, 0),
            new Synchronize(new(UnitKind.Vector, 0)) { Signals = [new(Free, 2)] },
            new Loop(tile, 10),
            new Set(buffer, SetFunction.Modulo, (Expression)tile, 2),
            new Load(TrafficClass.Weights, tile * 4, buffer * 4, new Box(4)) { Waits = [Free], Signals = [Full] },
            new Reduce(ReduceFunction.Sum, View.Scalars(LaneType.I32, buffer * 4, 1), View.Scalars(LaneType.I64, 64, 1), true) { Waits = [Full], Signals = [Free] },
            new EndLoop(),
            new Fence(),
            new Store(TrafficClass.Output, Bench.PadBytes, 64, new Box(8)),
        ];
        foreach (var depth in new[] { 1, 2, 3, 64 })
        {
            var hardware = Bench.Hardware with { Sequencer = Bench.Hardware.Sequencer with { QueueDepth = depth } };
            var simulation = Simulation.Create(Bench.Program(program) with { Machine = MachineShapes.Of(hardware) }, hardware);
            simulation.WriteSegment("in", 0, [.. Enumerable.Range(1, 10).SelectMany(i => BitConverter.GetBytes(i * i))]);
            simulation.Run("decode", 0, 1);
            var sum = new byte[8];
            simulation.ReadSegment("out", 0, sum);
            Assert.Equal(385, BitConverter.ToInt64(sum));
        }

        // Without waiting for a free buffer the third load overwrites what may still be summed.
        program[4] = (Load)program[4] with { Waits = [] };
        program[1] = new Synchronize(new(UnitKind.Vector, 0));
        var wrong = Simulation.Create(Bench.Program(program), Bench.Hardware);
        wrong.WriteSegment("in", 0, new byte[40]);
        Assert.Equal(FaultKind.Unordered, Assert.Throws<MachineFaultException>(() => wrong.Run("decode", 0, 1)).Kind);
    }

    [Fact]
    public void Program_for_another_machine_is_refused()
    {
        var program = Bench.Program([new Fence()]);
        var other = Bench.Hardware with { Name = "other", VectorUnits = new(3, 8) };
        var forged = program with { Machine = program.Machine with { ScratchpadBytes = 1 << 20 } };

        Assert.StartsWith("bench: fingerprint: expected a program compiled for 'other'", Assert.Throws<InputException>(() => Simulation.Create(program, other)).Message);
        Assert.StartsWith("bench: machine: expected", Assert.Throws<InputException>(() => Simulation.Create(forged, Bench.Hardware)).Message);
    }

    [Fact]
    public void Timing_only_program_has_no_values()
    {
        var program = Bench.Program([new Fence()]);
        program = program with { Segments = [.. program.Segments.Select(segment => segment with { Image = default })] };

        Assert.Equal(
            "bench: segment 'constants': expected 4 bytes of constants, found 0; a timing-only program has no values",
            Assert.Throws<InputException>(() => Simulation.Create(program, Bench.Hardware)).Message);
    }

    [Theory]
    [InlineData("prefil", 0, 1, 0, "bench: entry point: expected one of decode, found 'prefil'")]
    [InlineData("decode", 0, 9, 0, "bench: tokens: expected 1 to 8, found 9")]
    [InlineData("decode", 0, 0, 0, "bench: tokens: expected 1 to 8, found 0")]
    [InlineData("decode", 1023, 2, 0, "bench: position: expected 0 to 1022, found 1023")]
    [InlineData("decode", -1, 2, 0, "bench: position: expected 0 to 1022, found -1")]
    [InlineData("decode", 0, 1, 1, "bench: sequence: expected 0 to 0, found 1")]
    public void Parameters_outside_of_the_layout_are_refused(string entry, long position, int tokens, int sequence, string message)
    {
        var simulation = Simulation.Create(Bench.Program([new Fence()]), Bench.Hardware);

        Assert.Equal(message, Assert.Throws<InputException>(() => simulation.Run(entry, position, tokens, sequence)).Message);
    }

    [Fact]
    public void Array_without_the_wanted_form_refuses_the_program()
    {
        var hardware = Bench.Hardware with
        {
            MatMulArrays = Bench.Hardware.MatMulArrays with
            {
                Dataflows = [Hardware.ArrayDataflow.OutputStationary], Activations = [Hardware.ActivationType.Int8], Weights = [Hardware.WeightType.Int8],
            },
        };
        var good = new MatMul(View.Matrix(LaneType.I8, 0, 1, 1), new(CodeFormat.Int8, 0, 1), 1, null, 0, 1, false) { Dataflow = Dataflow.OutputStationary, Fold = 32 };
        string Message(MatMul product) => Assert.Throws<InputException>(
            () => Simulation.Create(Bench.Program([product]) with { Machine = MachineShapes.Of(hardware) }, hardware)).Message;

        Simulation.Create(Bench.Program([good]) with { Machine = MachineShapes.Of(hardware) }, hardware);
        Assert.EndsWith("found WeightStationary", Message(good with { Dataflow = Dataflow.WeightStationary }));
        Assert.EndsWith("found Int16 activations", Message(good with { Activations = View.Matrix(LaneType.I16, 0, 1, 1) }));
        Assert.EndsWith("found Int4 weights", Message(good with { Weights = new(CodeFormat.Int4, 0, 1) }));
        Assert.EndsWith("found a fold of 3 with 32 rows", Message(good with { Fold = 3 }));
    }

    [Theory]
    [InlineData("loop counter=r3 count=1000000000000\nend", FaultKind.TooLong)]
    [InlineData("set to=r3 function=floor-divide left=1 right=tokens*0", FaultKind.Overflow)]
    [InlineData("set to=r3 function=multiply left=9223372036854775807 right=2", FaultKind.Overflow)]
    [InlineData("load channel=0 class=input dram=0 pad=0 planes=1000000000000 rows=1 row-bytes=0 dram-plane-stride=1 dram-row-stride=0 pad-plane-stride=0 pad-row-stride=0 of=0", null)]
    [InlineData("load channel=0 class=input dram=0 pad=0 planes=1000000000000 rows=1 row-bytes=1 dram-plane-stride=0 dram-row-stride=0 pad-plane-stride=0 pad-row-stride=0 of=0", FaultKind.BadOperand)]
    [InlineData("load channel=0 class=input dram=0 pad=0 planes=1 rows=1 row-bytes=-5 dram-plane-stride=0 dram-row-stride=0 pad-plane-stride=0 pad-row-stride=0 of=0", FaultKind.BadOperand)]
    [InlineData("reduce vector=0 function=sum from=i8@0[1:0,1:0,2000000000:0] to=i64@64[1:0,1:0,1:8] accumulate=0 of=0", FaultKind.NeverWritten)]
    [InlineData("lanes vector=0 function=move left=#1 right=#0 to=i8@0[1:0,1:0,2:0] left-shift=0 right-shift=0 shift=0 shift-by=#0 shift-sign=1 truncate=0 add=#0 limit=0 of=0", FaultKind.BadOperand)]
    [InlineData("lanes vector=0 function=move left=#1 right=#0 to=i32@0[2:2,1:0,1:4] left-shift=0 right-shift=0 shift=0 shift-by=#0 shift-sign=1 truncate=0 add=#0 limit=0 of=0", FaultKind.BadOperand)]
    [InlineData("matmul array=0 dataflow=weight-stationary fold=1 activations=i8@0[1:0,1:0,0:1] weights.format=int8 weights.layout=output-major weights.at=0 weights.stride=0 outputs=-5 sums=0 sums-stride=1 accumulate=0 of=0", FaultKind.BadOperand)]
    public void Hostile_programs_end_in_a_fault(string body, FaultKind? kind)
    {
        var text = new StringWriter();
        Disassembler.Write(Bench.Program([new Fence()]), text);
        var program = Assembler.Read("hostile", new StringReader(text.ToString().Replace("  fence\n", body + "\n")));
        var simulation = Simulation.Create(program, Bench.Hardware, new() { MaximumSteps = 1_000_000 });
        var fault = Record.Exception(() => simulation.Run("decode", 0, 1));

        Assert.Equal(kind, (fault as MachineFaultException)?.Kind);
        Assert.True(fault is null or MachineFaultException, $"{fault}");
    }

    [Fact]
    public void Hazard_checks_change_no_value_and_cost_no_allocation_when_repeated()
    {
        var program = DecodeWorkload.Make(layers: 1, width: 64);
        var (with, without) = (DecodeWorkload.Start(program, new()), DecodeWorkload.Start(program, new() { CheckHazards = false }));
        for (var position = 0; position < 4; position++)
        {
            Assert.Equal(DecodeWorkload.Step(with, position), DecodeWorkload.Step(without, position));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        without.Run("decode", 4, 1);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
    }

    [Fact]
    public void Taps_show_rows_with_their_place()
    {
        var seen = new List<string>();
        var tap = new Tap(new(UnitKind.Vector, 0), 42, View.Matrix(LaneType.I32, 0, 2, 2), Register.Position * 1, 6);
        var simulation = Simulation.Create(
            Bench.Program([new Elementwise(LaneFunction.Move, 3, 0, View.Matrix(LaneType.I32, 0, 2, 2), 0, 0), tap]), Bench.Hardware);
        simulation.Observer = new Listener(seen);

        simulation.Run("decode", 5, 1);

        Assert.Equal(["0 lanes", "value 42 token 5 element 6: 3 3", "value 42 token 6 element 6: 3 3", "1 tap"], seen);
    }

    private sealed class Listener(List<string> seen) : ISimulationObserver
    {
        public void OnCommand(int instruction, Command command, ReadOnlySpan<long> registers) => seen.Add($"{instruction} {command.Mnemonic}");

        public void OnTap(int value, long token, long firstElement, ReadOnlySpan<long> lanes) =>
            seen.Add($"value {value} token {token} element {firstElement}: {string.Join(' ', lanes.ToArray())}");
    }
}
