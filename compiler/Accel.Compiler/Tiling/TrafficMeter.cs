using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Tiling;

/// <summary>Counts the bytes that a run moves between memory and chip: walks the instructions as the sequencer would, transfers only.</summary>
public static class TrafficMeter
{
    /// <summary>Bytes by operator and class, <c>[operators, classes]</c>.</summary>
    public static long[,] Measure(CompiledProgram program, EntryPoint entry, long position, long tokens)
    {
        var bytes = new long[program.Operators.Count, Enum.GetValues<TrafficClass>().Length];
        var registers = new long[Register.Count];
        (registers[Register.Position.Index], registers[Register.Tokens.Index]) = (position, tokens);
        var loops = new Stack<(int Start, long Left, Register Counter)>();
        for (var i = 0; i < entry.Instructions.Count; i++)
        {
            switch (entry.Instructions[i])
            {
                case Set set:
                    registers[set.Target.Index] = set.Evaluate(registers);
                    break;
                case Loop loop:
                    registers[loop.Counter.Index] = 0;
                    var rounds = loop.Count.Resolve(registers);
                    if (rounds <= 0)
                    {
                        i = EndOf(entry.Instructions, i);
                    }
                    else
                    {
                        loops.Push((i, rounds - 1, loop.Counter));
                    }

                    break;
                case EndLoop:
                    var (start, left, counter) = loops.Pop();
                    registers[counter.Index]++;
                    if (left > 0)
                    {
                        loops.Push((start, left - 1, counter));
                        i = start;
                    }

                    break;
                case Load load:
                    bytes[load.Operator, (int)load.Traffic] += Bytes(load.Box, registers);
                    break;
                case Store store:
                    bytes[store.Operator, (int)store.Traffic] += Bytes(store.Box, registers);
                    break;
                case Gather gather:
                    bytes[gather.Operator, (int)gather.Traffic] += gather.RowBytes * gather.Indices.Resolve(registers).RowCount;
                    break;
            }
        }

        return bytes;
    }

    private static long Bytes(Box box, ReadOnlySpan<long> registers) =>
        box.RowBytes.Resolve(registers) * box.Rows.Resolve(registers) * box.Planes.Resolve(registers);

    private static int EndOf(IReadOnlyList<Instruction> instructions, int loop)
    {
        var depth = 0;
        for (var i = loop; ; i++)
        {
            depth += instructions[i] is Loop ? 1 : instructions[i] is EndLoop ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }
    }
}
