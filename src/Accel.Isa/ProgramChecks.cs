using Accel.Core.Diagnostics;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Isa;

/// <summary>What holds for every program before it runs: numbers in range, loops that nest, a memory map without overlap.</summary>
public static class ProgramChecks
{
    /// <summary>Loops within loops.</summary>
    public const int DeepestLoop = 16;

    private const int MostFaults = 20;

    /// <param name="program">What is checked.</param>
    /// <param name="file">Name for messages.</param>
    /// <exception cref="InputException">Lists the faults, at most 20.</exception>
    public static void Run(CompiledProgram program, string file)
    {
        var faults = new List<Diagnostic>();
        CheckMachine(program, file, faults);
        CheckSegments(program, file, faults);
        foreach (var entry in program.EntryPoints)
        {
            CheckEntryPoint(program, entry, file, faults);
        }

        if (program.EntryPoints.Select(entry => entry.Name).Distinct().Count() != program.EntryPoints.Count)
        {
            faults.Add(new(file, "entry points", "each name once", "one twice"));
        }

        if (faults.Count > 0)
        {
            throw new InputException([.. faults.Take(MostFaults)]);
        }
    }

    private static void CheckMachine(CompiledProgram program, string file, List<Diagnostic> faults)
    {
        var machine = program.Machine;
        void Demand(bool holds, string place, string expected, object found)
        {
            if (!holds)
            {
                faults.Add(new(file, place, expected, $"{found}"));
            }
        }

        Demand(machine.Fingerprint.Length == 64 && machine.Fingerprint.All(char.IsAsciiHexDigitLower), "fingerprint", "64 hex digits", $"'{machine.Fingerprint}'");
        Demand(machine.DmaChannels is >= 1 and <= 256, "dma-channels", "1 to 256", machine.DmaChannels);
        Demand(machine.Arrays is >= 1 and <= 1024, "arrays", "1 to 1024", machine.Arrays);
        Demand(machine.VectorUnits is >= 1 and <= 1024, "vector-units", "1 to 1024", machine.VectorUnits);
        Demand(machine.ScratchpadBytes is >= 1 and <= 1L << 38, "scratchpad", "1 B to 256 GiB", machine.ScratchpadBytes);
        Demand(machine.AccumulatorWords is >= 1 and <= 1L << 32, "accumulators", "1 to 2^32 words", machine.AccumulatorWords);
        Demand(machine.Semaphores is >= 1 and <= 1 << 12, "semaphores", "1 to 4096", machine.Semaphores);
        Demand(machine.DramBytes is >= 1 and <= 1L << 50, "dram", "1 B to 1 PiB", machine.DramBytes);
        Demand(program.ContextLength is >= 1 and <= 1L << 40, "context", "1 to 2^40 positions", program.ContextLength);
        Demand(program.Sequences is >= 1 and <= 1 << 20, "sequences", "1 to 2^20", program.Sequences);
        Demand(program.EntryPoints.Count > 0, "entry points", "at least one", "none");
    }

    private static void CheckSegments(CompiledProgram program, string file, List<Diagnostic> faults)
    {
        CheckRanges(program, "segment", program.Segments, program.Machine.DramBytes, "DRAM", file, faults);
        CheckRanges(program, "resident", program.Residents, program.Machine.ScratchpadBytes, "scratchpad", file, faults);
        foreach (var segment in program.Segments)
        {
            var place = $"segment '{segment.Name}'";
            if (segment.Image.Length > segment.Length || (segment.Image.Length > 0 && segment.Kind != SegmentKind.Weights))
            {
                faults.Add(new(file, place, "an image no longer than the segment, of weights", $"{segment.Image.Length} bytes of {segment.Kind}"));
            }
        }

        foreach (var resident in program.Residents.Where(resident => resident.Kind is not (SegmentKind.Cache or SegmentKind.State) || !resident.Image.IsEmpty))
        {
            faults.Add(new(file, $"resident '{resident.Name}'", "a cache or a state, without an image", $"{resident.Image.Length} bytes of {resident.Kind}"));
        }

        if (program.Segments.Concat(program.Residents).Select(segment => segment.Name).Distinct().Count() != program.Segments.Count + program.Residents.Count)
        {
            faults.Add(new(file, "segments", "each name once", "one twice"));
        }
    }

    /// <summary>Ranges of one memory: ascending, apart, within it, with room for every sequence.</summary>
    private static void CheckRanges(
        CompiledProgram program, string heading, IReadOnlyList<Segment> ranges, long capacity, string memory, string file, List<Diagnostic> faults)
    {
        var end = 0L;
        foreach (var range in ranges)
        {
            var place = $"{heading} '{range.Name}'";
            if (range.Start < end || range.Length < 1 || range.Length > capacity - range.Start)
            {
                faults.Add(new(file, place, $"a range behind byte {end} and within {capacity} bytes of {memory}", $"{range.Length} bytes from {range.Start}"));
                continue;
            }

            end = range.End;
            if (range.SequenceStride < 0 || (range.SequenceStride > 0 && range.SequenceStride > range.Length / program.Sequences))
            {
                faults.Add(new(file, place, $"room for {program.Sequences} sequences", $"{range.Length} bytes at a stride of {range.SequenceStride}"));
            }
        }
    }

    private static void CheckEntryPoint(CompiledProgram program, EntryPoint entry, string file, List<Diagnostic> faults)
    {
        if (entry.MaximumTokens < 1)
        {
            faults.Add(new(file, entry.Name, "1 token or more", $"{entry.MaximumTokens}"));
        }

        if (entry.IsBatch && entry.MaximumTokens > program.Sequences)
        {
            faults.Add(new(file, entry.Name, $"no more tokens than the program has sequences, {program.Sequences}", $"{entry.MaximumTokens}"));
        }

        var open = new Stack<Register>();
        for (var i = 0; i < entry.Instructions.Count; i++)
        {
            void Fault(string expected, string found) => faults.Add(new(file, $"{entry.Name}[{i}] {entry.Instructions[i].Mnemonic}", expected, found));
            switch (entry.Instructions[i])
            {
                case Set set when set.Target.Index < Register.ParameterCount || open.Contains(set.Target):
                    Fault("a register that is neither the host's nor an open loop's counter", $"{set.Target}");
                    break;
                case Loop loop when loop.Counter.Index < Register.ParameterCount || open.Contains(loop.Counter):
                    Fault("a counter that is neither the host's nor an open loop's", $"{loop.Counter}");
                    open.Push(loop.Counter);
                    break;
                case Loop loop:
                    open.Push(loop.Counter);
                    if (open.Count > DeepestLoop)
                    {
                        Fault($"at most {DeepestLoop} open loops", $"{open.Count}");
                    }

                    break;
                case EndLoop when !open.TryPop(out _):
                    Fault("an open loop", "none");
                    break;
                case Command command:
                    CheckCommand(program, command, Fault);
                    break;
            }

            if (faults.Count >= MostFaults)
            {
                return;
            }
        }

        if (open.Count > 0)
        {
            faults.Add(new(file, entry.Name, "an end for every loop", $"{open.Count} open at the end"));
        }
    }

    private static void CheckCommand(CompiledProgram program, Command command, Action<string, string> fault)
    {
        var machine = program.Machine;
        var units = command.Unit.Kind switch
        {
            UnitKind.Dma => machine.DmaChannels,
            UnitKind.Array => machine.Arrays,
            _ => machine.VectorUnits,
        };
        if (command.Unit.Index >= units)
        {
            fault($"one of {units} units", $"{command.Unit}");
        }

        if (command.Operator >= program.Operators.Count)
        {
            fault($"one of {program.Operators.Count} operators", $"{command.Operator}");
        }

        CheckSemaphores(machine, command.Waits, fault);
        CheckSemaphores(machine, command.Signals, fault);
    }

    private static void CheckSemaphores(MachineShape machine, SemaphoreList uses, Action<string, string> fault)
    {
        for (var i = 0; i < uses.Count; i++)
        {
            if (uses[i].Semaphore >= machine.Semaphores)
            {
                fault($"one of {machine.Semaphores} semaphores", $"{uses[i].Semaphore}");
            }

            for (var j = 0; j < i; j++)
            {
                if (uses[j].Semaphore == uses[i].Semaphore)
                {
                    fault("each semaphore once, with a count", $"{uses[i].Semaphore} twice");
                }
            }
        }
    }
}
