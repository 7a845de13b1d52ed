using Accel.Core.Diagnostics;
using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Sim.Kernel;
using Accel.Sim.Timing;

namespace Accel.Sim;

/// <summary>
/// A machine with a program and its memory. The host writes input segments, runs an entry point, reads output segments; states stay from
/// run to run. <see cref="Run"/> yields values only: which command runs when is decided by queues and semaphores, not by clocks.
/// <see cref="RunTimed"/> yields cycles as well.
/// </summary>
public sealed class Simulation
{
    /// <summary>Memories of a machine that is executed, not only timed.</summary>
    private const long LargestMemory = 1L << 30;

    private readonly CompiledProgram _program;
    private readonly HardwareConfig _hardware;
    private readonly MachineMemory _memory;
    private readonly Dispatcher _dispatcher;
    private readonly DependencyTracker? _tracker;

    private Simulation(CompiledProgram program, HardwareConfig hardware, SimulationOptions options)
    {
        (_program, _hardware) = (program, hardware);
        _memory = new(program);
        var units = program.Machine.DmaChannels + program.Machine.Arrays + program.Machine.VectorUnits;
        _tracker = options.CheckHazards ? new(units) : null;
        _dispatcher = new(program, _memory, _tracker, hardware.Sequencer.QueueDepth, options.MaximumSteps);
        foreach (var segment in program.Segments)
        {
            // States are zero, the host may rely on its inputs, constants are there; activations and outputs are not.
            if (segment.Kind is not (SegmentKind.Activations or SegmentKind.Output))
            {
                _tracker?.MarkWritten(Space.Dram, 0, segment.Start, segment.Length);
            }
        }
    }

    /// <param name="program">With the images of its constants.</param>
    /// <param name="hardware">The machine it was compiled for.</param>
    /// <param name="options">Null for all checks.</param>
    /// <exception cref="InputException">Program and machine do not belong together, or there is nothing to compute with.</exception>
    public static Simulation Create(CompiledProgram program, HardwareConfig hardware, SimulationOptions? options = null)
    {
        ProgramChecks.Run(program, program.Name);
        MachineChecks.Run(program, hardware);
        if (program.Machine.ScratchpadBytes > LargestMemory || program.Machine.AccumulatorWords > LargestMemory / sizeof(long))
        {
            throw new InputException(hardware.Name, "", $"memories of at most {LargestMemory} bytes on a chip that is executed", "larger ones");
        }

        foreach (var segment in program.Segments.Where(segment => segment.Kind == SegmentKind.Weights && segment.Image.IsEmpty))
        {
            throw new InputException(
                program.Name, $"segment '{segment.Name}'", $"{segment.Length} bytes of constants", $"{segment.Image.Length}; a timing-only program has no values");
        }

        return new(program, hardware, options ?? new());
    }

    /// <summary>Watches the runs that follow; null for nobody.</summary>
    public ISimulationObserver? Observer
    {
        get => _dispatcher.Observer;
        set => _dispatcher.Observer = value;
    }

    /// <summary>Runs an entry point to its end.</summary>
    /// <param name="entryPoint">Its name.</param>
    /// <param name="position">Tokens that the sequence has seen.</param>
    /// <param name="tokens">Tokens of this run.</param>
    /// <param name="sequence">Which of the program's sequences.</param>
    /// <exception cref="InputException">No such entry point, or parameters that it is not laid out for.</exception>
    /// <exception cref="MachineFaultException">The program did what the machine cannot do.</exception>
    public void Run(string entryPoint, long position, int tokens, int sequence = 0)
    {
        var entry = Entry(entryPoint);
        DemandEntry(!entry.IsBatch, "one of a single sequence", entry);
        Demand(tokens >= 1 && tokens <= entry.MaximumTokens, "tokens", $"1 to {entry.MaximumTokens}", tokens);
        Demand(position >= 0 && position <= _program.ContextLength - tokens, "position", $"0 to {_program.ContextLength - tokens}", position);
        Demand(sequence >= 0 && sequence < _program.Sequences, "sequence", $"0 to {_program.Sequences - 1}", sequence);
        _tracker?.ForgetScratchpad(_program.Residents);
        _dispatcher.Run(entry, position, tokens, sequence);
    }

    /// <summary>Runs an entry point that takes one token of each of several sequences.</summary>
    /// <param name="entryPoint">Its name.</param>
    /// <param name="positions">Tokens that the sequences have seen.</param>
    /// <param name="first">The first of them; the others follow.</param>
    /// <exception cref="InputException">No such entry point, or parameters that it is not laid out for.</exception>
    /// <exception cref="MachineFaultException">The program did what the machine cannot do.</exception>
    public void RunBatch(string entryPoint, ReadOnlyMemory<long> positions, int first = 0)
    {
        var entry = Entry(entryPoint);
        DemandEntry(entry.IsBatch, "one of several sequences", entry);
        Demand(positions.Length >= 1 && positions.Length <= entry.MaximumTokens, "sequences", $"1 to {entry.MaximumTokens}", positions.Length);
        Demand(first >= 0 && first <= _program.Sequences - positions.Length, "sequence", $"0 to {_program.Sequences - positions.Length}", first);
        foreach (var position in positions.Span)
        {
            Demand(position >= 0 && position < _program.ContextLength, "position", $"0 to {_program.ContextLength - 1}", position);
        }

        _tracker?.ForgetScratchpad(_program.Residents);
        _dispatcher.Run(entry, positions.Span[0], positions.Length, first, positions);
    }

    private EntryPoint Entry(string name) => _program.EntryPoints.FirstOrDefault(candidate => candidate.Name == name)
        ?? throw new InputException(
            _program.Name, "entry point", $"one of {string.Join(", ", _program.EntryPoints.Select(known => known.Name))}", $"'{name}'");

    /// <summary>Runs a workload with clocks: the same commands yield the values, and the cycles that they take.</summary>
    /// <exception cref="InputException">The config contradicts the memory's standard.</exception>
    /// <exception cref="MachineFaultException">The program did what the machine cannot do.</exception>
    public TimingReport RunTimed(Workload workload, TimingOptions? options = null) =>
        TimedSimulation.Run(_program, _hardware, workload, options ?? new(), new CommandExecutor(_memory, _tracker));

    /// <summary>Zeroes the states and caches of one sequence, in DRAM and on chip, as before its first token.</summary>
    public void ResetSequence(int sequence = 0)
    {
        Demand(sequence >= 0 && sequence < _program.Sequences, "sequence", $"0 to {_program.Sequences - 1}", sequence);
        foreach (var segment in _program.Segments.Where(segment => segment.Kind is SegmentKind.Cache or SegmentKind.State))
        {
            var (start, length) = Part(segment, sequence);
            _memory.Dram.Clear(start, length);
            _tracker?.MarkWritten(Space.Dram, 0, start, length);
        }

        foreach (var resident in _program.Residents)
        {
            var (start, length) = Part(resident, sequence);
            _memory.Scratchpad.AsSpan((int)start, (int)length).Clear();
        }
    }

    private static (long Start, long Length) Part(Segment segment, int sequence) => segment.SequenceStride == 0
        ? (segment.Start, segment.Length)
        : (segment.Start + (sequence * segment.SequenceStride), segment.SequenceStride);

    /// <summary>Writes a part of a segment, as the host.</summary>
    public void WriteSegment(string name, long offset, ReadOnlySpan<byte> bytes)
    {
        var start = Locate(name, offset, bytes.Length);
        _memory.Dram.Write(start, bytes);
        _tracker?.MarkWritten(Space.Dram, 0, start, bytes.Length);
    }

    /// <summary>Reads a part of a segment, as the host.</summary>
    public void ReadSegment(string name, long offset, Span<byte> into) => _memory.Dram.Read(Locate(name, offset, into.Length), into);

    private long Locate(string name, long offset, long length)
    {
        var segment = _program.Segments.FirstOrDefault(candidate => candidate.Name == name)
            ?? throw new InputException(
                _program.Name, "segment", $"one of {string.Join(", ", _program.Segments.Select(known => known.Name))}", $"'{name}'");
        Demand(offset >= 0 && offset <= segment.Length - length, $"segment '{name}'", $"bytes within its {segment.Length}", offset);
        return segment.Start + offset;
    }

    private void DemandEntry(bool holds, string expected, EntryPoint found)
    {
        if (!holds)
        {
            throw new InputException(_program.Name, "entry point", expected, $"'{found.Name}'");
        }
    }

    private void Demand(bool holds, string place, string expected, long found)
    {
        if (!holds)
        {
            throw new InputException(_program.Name, place, expected, $"{found}");
        }
    }
}
