using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Execution;
using Accel.Hardware;
using Accel.Isa;
using Accel.Sim;

namespace Accel.Compiler.Tests.Emit;

/// <summary>
/// Runs a compiled program on the machine beside the interpreter, and compares every value of every token, and the logits in memory,
/// bit for bit.
/// </summary>
internal sealed class Differential : ISimulationObserver
{
    private readonly QuantizedGraph _graph;
    private readonly Interpreter[] _interpreters;
    private readonly Simulation _simulation;
    private readonly Dictionary<int, long> _seen = [];
    private string? _difference;

    /// <param name="edit">Spoils the program; null for none.</param>
    public Differential(QuantizedGraph graph, HardwareConfig hardware, CompilerOptions options, Func<CompiledProgram, CompiledProgram>? edit = null)
    {
        _graph = graph;
        (Program, Report) = ModelCompiler.Compile(graph, hardware, options);
        CheckReport();
        Program = edit is null ? Program : edit(Program);
        _interpreters = [.. Enumerable.Range(0, options.Sequences).Select(_ => new Interpreter(graph, new InterpreterOptions(options.ContextLength, options.PrefillTokens)))];
        _simulation = Simulation.Create(Program, hardware);
        _simulation.Observer = this;
    }

    public CompiledProgram Program { get; }

    public CompilationReport Report { get; }

    /// <summary>Elements compared so far.</summary>
    public long Compared { get; private set; }

    /// <summary>Which of the sequences the next steps belong to.</summary>
    public int Sequence { get; set; }

    private Interpreter Exact => _interpreters[Sequence];

    /// <summary>Whether each token of the step belongs to a sequence of its own, from <see cref="Sequence"/> on.</summary>
    private bool IsBatch { get; set; }

    /// <summary>Forgets a sequence, on both sides.</summary>
    public void Reset(int sequence)
    {
        _interpreters[sequence].Reset();
        _simulation.ResetSequence(sequence);
    }

    /// <summary>Runs steps of the given lengths, one token by the decode entry, more by prefill (in runs that it can take).</summary>
    public void Run(ReadOnlySpan<int> tokens, params int[] steps)
    {
        foreach (var step in steps)
        {
            var most = step == 1 ? 1 : Program.EntryPoints[0].MaximumTokens;
            for (var done = 0; done < step;)
            {
                var count = Math.Min(most, step - done);
                Step(tokens[..count], step == 1 ? "decode" : "prefill");
                tokens = tokens[count..];
                done += count;
            }
        }
    }

    /// <summary>One token of each sequence at once, from <see cref="Sequence"/> on.</summary>
    public void RunBatch(ReadOnlySpan<int> tokens)
    {
        var positions = new long[tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            positions[i] = _interpreters[Sequence + i].Position;
            _interpreters[Sequence + i].Step(tokens.Slice(i, 1));
        }

        _simulation.WriteSegment("tokens", 0, MemoryMarshal.AsBytes(tokens));
        _seen.Clear();
        IsBatch = true;
        _simulation.RunBatch("batch", positions, Sequence);
        CheckShown(tokens.Length, $"batch at {string.Join(", ", positions)}");
        CompareLogits(tokens.Length);
        IsBatch = false;
    }

    private void Step(ReadOnlySpan<int> tokens, string entry)
    {
        var position = Exact.Position;
        Exact.Step(tokens);
        _simulation.WriteSegment("tokens", 0, MemoryMarshal.AsBytes(tokens));
        _seen.Clear();
        _simulation.Run(entry, position, tokens.Length, Sequence);
        CheckShown(tokens.Length, $"{entry} of {tokens.Length} at {position}");
        CompareLogits(tokens.Length);
    }

    /// <summary>All values were shown, whole, and none was wrong.</summary>
    private void CheckShown(int tokens, string step)
    {
        Assert.True(_difference is null, $"{step}: {_difference}");
        foreach (var operation in _graph.Ops.Where(op => Program.Operators.Any(known => known.Name == op.Result.Name)))
        {
            var value = operation.Result;
            var wanted = (long)tokens * (value.Width + (value is CodeValue ? 1 : 0));
            Assert.True(_seen.GetValueOrDefault(value.Id) == wanted, $"'{value.Name}': {_seen.GetValueOrDefault(value.Id)} elements shown, {wanted} computed");
        }
    }

    /// <summary>Who computed a token of the step, and which of its own it is.</summary>
    private (Interpreter Exact, int Token) Of(long token) => IsBatch ? (_interpreters[Sequence + (int)token], 0) : (Exact, (int)token);

    /// <summary>No operator moves less than it must, and what it moves beyond is explained to the byte.</summary>
    private void CheckReport()
    {
        foreach (var op in Report.EntryPoints.SelectMany(entry => entry.Operators))
        {
            Assert.True(op.Moved - op.LowerBound == op.Excess.Sum(cause => cause.Bytes), $"{op.Name}: {op.Moved} moved, bound {op.LowerBound}, because of {op.Reason}");
            Assert.All(op.Excess, cause => Assert.True(cause.Bytes > 0, $"{op.Name}: {cause}"));
        }
    }

    private void CompareLogits(int tokens)
    {
        var logits = _graph.Logits;
        var size = logits.Format.Bits / 8;
        var bytes = new byte[tokens * logits.Width * size];
        _simulation.ReadSegment("logits", 0, bytes);
        for (var i = 0; i < tokens * logits.Width; i++)
        {
            var (exact, token) = Of(i / logits.Width);
            var expected = exact.Lanes(logits)[(token * logits.Width) + (i % logits.Width)];
            var found = size == 2 ? BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(2 * i)) : BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i));
            Assert.True(found == expected, $"logits[{i}]: {found}, expected {expected}");
        }
    }

    public void OnTap(int value, long token, long firstElement, ReadOnlySpan<long> lanes)
    {
        _seen[value] = _seen.GetValueOrDefault(value) + lanes.Length;
        Compared += lanes.Length;
        var (exact, row) = Of(token);
        for (var i = 0; i < lanes.Length && _difference is null; i++)
        {
            var element = (int)firstElement + i;
            long expected = _graph.Values[value] switch
            {
                LaneValue v => exact.Lanes(v)[(row * v.Width) + element],
                CodeValue v when element == v.Width => exact.Scales(v)[row],
                CodeValue v => exact.Codes(v)[(row * v.Width) + element],
                _ => throw new NotSupportedException(),
            };
            if (lanes[i] != expected)
            {
                _difference = $"'{_graph.Values[value].Name}'[{token}, {element}] is {lanes[i]}, expected {expected}";
            }
        }
    }
}
