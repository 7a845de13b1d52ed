using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Tiling;

/// <summary>
/// Counts the bytes that a run moves between memory and chip: walks the instructions as the sequencer would, transfers only. A loop whose
/// rounds all move the same is walked once.
/// </summary>
public static class TrafficMeter
{
    /// <summary>Bytes by operator and class, <c>[operators, classes]</c>.</summary>
    /// <param name="position">Tokens that the sequence, or each sequence of a batch, has seen.</param>
    /// <param name="everyRound">Walks every round of every loop: slow, and the proof of the other way.</param>
    public static long[,] Measure(CompiledProgram program, EntryPoint entry, long position, long tokens, bool everyRound = false)
    {
        var bytes = new long[program.Operators.Count, Enum.GetValues<TrafficClass>().Length];
        var registers = new long[Register.Count];
        (registers[Register.Position.Index], registers[Register.Tokens.Index]) = (position, tokens);
        var positions = entry.IsBatch ? Enumerable.Repeat(position, (int)tokens).ToArray() : [];
        var walk = new Walk(entry.Instructions, registers, positions, bytes, everyRound);
        walk.Run(0, entry.Instructions.Count, 1);
        return walk.ReadsSkipped ? Measure(program, entry, position, tokens, true) : bytes;
    }

    private sealed class Walk(IReadOnlyList<Instruction> instructions, long[] registers, long[] positions, long[,] bytes, bool everyRound)
    {
        /// <summary>Registers that are not what they would be, as rounds of a loop that sets them were left out.</summary>
        private uint _stale;

        /// <summary>Some size depended on rounds that were left out.</summary>
        public bool ReadsSkipped { get; private set; }

        /// <param name="times">Rounds that each instruction stands for.</param>
        public void Run(int start, int end, long times)
        {
            for (var i = start; i < end; i++)
            {
                ReadsSkipped |= (Sizes(instructions[i]) & _stale) != 0;
                switch (instructions[i])
                {
                    case Set set:
                        registers[set.Target.Index] = set.Evaluate(registers, positions);
                        var target = 1u << set.Target.Index;
                        _stale = ((Registers(set.Left) | Registers(set.Right)) & _stale) != 0 ? _stale | target : _stale & ~target;
                        break;
                    case Loop loop:
                        var close = EndOf(i);
                        Repeat(loop, i + 1, close, times);
                        i = close;
                        break;
                    case Load load:
                        bytes[load.Operator, (int)load.Traffic] += times * Bytes(load.Box);
                        break;
                    case Store store:
                        bytes[store.Operator, (int)store.Traffic] += times * Bytes(store.Box);
                        break;
                    case Gather gather:
                        bytes[gather.Operator, (int)gather.Traffic] += times * gather.RowBytes * gather.Indices.Resolve(registers).RowCount;
                        break;
                }
            }
        }

        private void Repeat(Loop loop, int body, int end, long times)
        {
            var rounds = loop.Count.Resolve(registers);
            registers[loop.Counter.Index] = 0;
            _stale &= ~(1u << loop.Counter.Index);
            if (rounds > 1 && !everyRound && IsUniform(loop, body, end, out var written))
            {
                Run(body, end, times * rounds);
                _stale |= written;
                return;
            }

            for (var round = 0L; round < rounds; round++)
            {
                registers[loop.Counter.Index] = round;
                Run(body, end, times);
            }
        }

        /// <summary>Whether every round moves the same bytes: all that sizes and counts read is set outside of the loop.</summary>
        /// <param name="written">Registers that the loop sets.</param>
        private bool IsUniform(Loop loop, int body, int end, out uint written)
        {
            written = 1u << loop.Counter.Index;
            for (var i = body; i < end; i++)
            {
                written |= instructions[i] switch
                {
                    Set set => 1u << set.Target.Index,
                    Loop inner => 1u << inner.Counter.Index,
                    _ => 0,
                };
            }

            for (var i = body; i < end; i++)
            {
                if ((Sizes(instructions[i]) & written) != 0)
                {
                    return false;
                }
            }

            return true;
        }

        /// <summary>Registers on which it depends how much an instruction moves, or how often others do.</summary>
        private static uint Sizes(Instruction instruction) => instruction switch
        {
            Loop loop => Registers(loop.Count),
            Load load => Registers(load.Box),
            Store store => Registers(store.Box),
            Gather gather => Registers(gather.Indices.Rows) | Registers(gather.Indices.Planes),
            _ => 0,
        };

        private static uint Registers(Box box) => Registers(box.RowBytes) | Registers(box.Rows) | Registers(box.Planes);

        private static uint Registers(Expression expression)
        {
            var registers = 0u;
            for (var i = 0; i < expression.TermCount; i++)
            {
                registers |= 1u << expression[i].Register.Index;
            }

            return registers;
        }

        private long Bytes(Box box) => box.RowBytes.Resolve(registers) * box.Rows.Resolve(registers) * box.Planes.Resolve(registers);

        private int EndOf(int loop)
        {
            for (var (i, depth) = (loop + 1, 1); ; i++)
            {
                depth += instructions[i] is Loop ? 1 : instructions[i] is EndLoop ? -1 : 0;
                if (depth == 0)
                {
                    return i;
                }
            }
        }
    }
}
