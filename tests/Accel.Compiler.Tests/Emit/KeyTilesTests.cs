using Accel.Compiler.Emit;
using Accel.Compiler.Scheduling;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Compiler.Tests.Emit;

/// <summary>Tiles of keys cover what the queries of a run see, once, in order, and nothing else.</summary>
public sealed class KeyTilesTests
{
    [Fact]
    public void Tiles_are_runs_of_the_slots_that_some_query_sees() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue - 1),
        seed =>
        {
            var random = new Random(seed);
            var (tokens, position, tile) = (random.Next(1, 9), random.Next(0, 200), random.Next(1, 12));
            var window = random.Next(3) == 0 ? 0 : random.Next(1, 40);
            var slots = window == 0 ? 256 : window + random.Next(tokens, 12) - 1;
            slots = Math.Max(slots, window == 0 ? 256 : window + tokens - 1);
            var first = window == 0 ? 0 : Math.Max(0, position - window + 1);
            var expected = Enumerable.Range(first, position + tokens - first).Select(key => key % slots);

            var found = new List<int>();
            foreach (var (slot, done, columns) in Walk(slots, window, tile, position, tokens))
            {
                Assert.InRange(columns, 1, tile);
                Assert.InRange(slot + columns, 1, slots);
                Assert.Equal(found.Count, done);
                found.AddRange(Enumerable.Range(slot, columns));
            }

            Assert.Equal(expected, found);
        });

    /// <summary>Slot, keys before, and keys of each tile, as a sequencer works them out.</summary>
    private static List<(int Slot, int Done, int Columns)> Walk(int slots, int window, int tile, int position, int tokens)
    {
        var machine = new Machine(Machines.Of(4, 4));
        var stream = new CommandStream(machine, new("test", 1024), 8);
        var tiles = new KeyTiles(stream, slots, window, tile);
        tiles.Locate(Register.Position, Register.Tokens);
        tiles.Begin();
        stream.Loop(tiles.Count, counter =>
        {
            tiles.Enter(counter);
            stream.AddRaw(new Load(TrafficClass.Cache, tiles.FirstSlot, tiles.FirstKey, new Box(tiles.Columns)));
            tiles.Leave();
        });

        var registers = new long[Register.Count];
        (registers[Register.Position.Index], registers[Register.Tokens.Index]) = (position, tokens);
        var instructions = stream.Finish();
        var seen = new List<(int, int, int)>();
        var (body, left) = (0, 0L);
        for (var i = 0; i < instructions.Count; i++)
        {
            switch (instructions[i])
            {
                case Set set:
                    registers[set.Target.Index] = set.Evaluate(registers);
                    break;
                case Loop loop:
                    (body, left) = (i, loop.Count.Resolve(registers));
                    registers[loop.Counter.Index] = 0;
                    Assert.True(left > 0);
                    break;
                case EndLoop when --left > 0:
                    registers[((Loop)instructions[body]).Counter.Index]++;
                    i = body;
                    break;
                case Load load:
                    seen.Add(((int)load.Dram.Resolve(registers), (int)load.Scratchpad.Resolve(registers), (int)load.Box.RowBytes.Resolve(registers)));
                    break;
            }
        }

        return seen;
    }
}
