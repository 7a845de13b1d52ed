using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Tests;

public sealed class DmaTests
{
    [Fact]
    public void Boxes_are_copied_plane_by_plane_with_strides_on_both_sides()
    {
        var box = new Box(3)
        {
            Rows = 2, Planes = 2, DramRowStride = 10, DramPlaneStride = 100, ScratchpadRowStride = 4, ScratchpadPlaneStride = 16,
        };
        var simulation = Simulation.Create(
            Bench.Program([new Load(TrafficClass.Input, 5, 64, box), new Fence(), new Store(TrafficClass.Output, Bench.PadBytes + 5, 64, box)]), Bench.Hardware);
        byte[] input = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        simulation.WriteSegment("in", 0, input);
        simulation.Run("decode", 0, 1);
        var output = new byte[200];
        simulation.ReadSegment("out", 0, output);

        int[] copied = [5, 6, 7, 15, 16, 17, 105, 106, 107, 115, 116, 117];
        Assert.Equal(Enumerable.Range(0, 200).Select(i => copied.Contains(i) ? (byte)i : (byte)0), output);
    }

    [Fact]
    public void Gather_fetches_one_row_per_index()
    {
        var indices = View.Scalars(LaneType.I32, 0, Register.Tokens);
        var simulation = Simulation.Create(
            Bench.Program(
            [
                new Load(TrafficClass.Input, 0, 0, new Box(Register.Tokens * 4)),
                new Gather(TrafficClass.Weights, 1000, 10, 2, 3, indices, 512, 8),
                new Store(TrafficClass.Output, Bench.PadBytes, 512, new Box(2) { Rows = Register.Tokens, ScratchpadRowStride = 8, DramRowStride = 2 }),
            ]),
            Bench.Hardware);
        simulation.WriteSegment("in", 0, [7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0]);
        simulation.WriteSegment("in", 1000, [.. Enumerable.Range(0, 30).Select(i => (byte)i)]);
        simulation.Run("decode", 0, 3);
        var output = new byte[6];
        simulation.ReadSegment("out", 0, output);

        Assert.Equal([21, 22, 0, 1, 27, 28], output);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-1)]
    public void Index_outside_of_the_table_is_named(int index)
    {
        var simulation = Simulation.Create(
            Bench.Program(
            [
                new Load(TrafficClass.Input, 0, 0, new Box(4)),
                new Gather(TrafficClass.Weights, 1000, 10, 2, 3, View.Scalars(LaneType.I32, 0, 1), 512, 8),
            ]),
            Bench.Hardware);
        simulation.WriteSegment("in", 0, BitConverter.GetBytes(index));

        Assert.Equal(
            $"decode[1] gather on dma0: breaks the rule: an index lies within the table's 10 rows; found {index}",
            Assert.Throws<MachineFaultException>(() => simulation.Run("decode", 0, 1)).Message);
    }

    [Fact]
    public void Ring_slots_follow_the_position()
    {
        // The slot of this token is position mod 4; its row in the state is written there.
        var (slot, sink) = (new Register(3), Bench.Program([]).Segments[2]);
        var program = Bench.Program(
        [
            new Set(slot, SetFunction.Modulo, Register.Position, 4),
            new Load(TrafficClass.Input, 0, 0, new Box(1)),
            new Store(TrafficClass.Cache, slot * 1 + sink.Start, 0, new Box(1)),
        ]);
        var simulation = Simulation.Create(program, Bench.Hardware);
        var ring = new byte[4];
        for (var position = 0; position < 7; position++)
        {
            simulation.WriteSegment("in", 0, [(byte)(10 + position)]);
            simulation.Run("decode", position, 1);
        }

        simulation.ReadSegment("state", 0, ring);
        Assert.Equal([14, 15, 16, 13], ring);

        simulation.ResetSequence();
        simulation.ReadSegment("state", 0, ring);
        Assert.Equal([0, 0, 0, 0], ring);
    }
}
