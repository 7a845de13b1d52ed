using Accel.Isa.Commands;
using Accel.Isa.Encoding;
using Accel.Isa.Operands;
using FsCheck;
using FsCheck.Fluent;

namespace Accel.Isa.Tests;

/// <summary>Programs with every instruction and odd names; they need not compute anything.</summary>
internal static class RandomPrograms
{
    public static MachineShape Machine { get; } = new(new string('a', 64), 3, 2, 5, 1 << 20, 1 << 12, 32, 1L << 34);

    public static Gen<CompiledProgram> Any { get; } = Gen.Choose(0, int.MaxValue).Select(Make);

    public static CompiledProgram Make(int seed)
    {
        var random = new Random(seed);
        const int Operators = 5;
        return new()
        {
            Name = $"model \u00e4;=%{seed}",
            Machine = Machine,
            ContextLength = random.Next(1, 1 << 20),
            Sequences = 2,
            Segments =
            [
                new("weights", SegmentKind.Weights, 64, 300) { Image = Bytes(random, 300) },
                new("empty image", SegmentKind.Weights, 400, 10),
                new("cache", SegmentKind.Cache, 1 << 20, 4096) { SequenceStride = 2048 },
                new("", SegmentKind.Output, 1 << 24, 8),
            ],
            Residents = [new("state", SegmentKind.State, 0, 128) { SequenceStride = 64 }, new("ring", SegmentKind.Cache, 192, 64)],
            Operators = [.. Enumerable.Range(0, Operators).Select(i => new OperatorEntry($"layers.{i}/ffn \n{i}", i == 0 ? "" : "linear"))],
            EntryPoints = [.. new[] { "prefill", "decode" }.Select(name => new EntryPoint(name, random.Next(1, 600), Instructions(random, Operators))), new EntryPoint("batch", 1, Instructions(random, Operators)) { IsBatch = true }],
        };
    }

    private static List<Instruction> Instructions(Random random, int operators)
    {
        var fields = new RandomFields(random, Machine, operators);
        var instructions = new List<Instruction>();
        var open = new Stack<Register>();
        for (var count = random.Next(40); count > 0; count--)
        {
            var instruction = InstructionCatalogue.All[random.Next(InstructionCatalogue.All.Count)].Read(fields);
            switch (instruction)
            {
                case EndLoop when open.Count == 0:
                case Loop loop when open.Contains(loop.Counter) || open.Count == ProgramChecks.DeepestLoop:
                case Set set when open.Contains(set.Target):
                    continue;
                case EndLoop:
                    open.Pop();
                    break;
                case Loop loop:
                    open.Push(loop.Counter);
                    break;
            }

            instructions.Add(instruction);
        }

        instructions.AddRange(open.Select(_ => new EndLoop()));
        return instructions;
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
