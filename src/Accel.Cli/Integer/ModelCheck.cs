using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Execution;
using Accel.Hardware;
using Accel.Isa;
using Accel.Models;
using Accel.Runtime;
using Accel.Sim;

namespace Accel.Cli.Integer;

/// <summary>What the three executors made of the same text.</summary>
/// <param name="PrefillTokens">Tokens run by the prefill entry.</param>
/// <param name="DecodeTokens">Tokens run one by one.</param>
/// <param name="Quality">Float against integer: per value, divergence, agreement, both perplexities.</param>
/// <param name="ProgramPerplexity">From the logits that the program left in memory.</param>
/// <param name="Compared">Elements of program and interpreter that were compared.</param>
/// <param name="DifferingBits">Bits in which they differ, logits included.</param>
/// <param name="FirstDifference">The value and token where they first differ; null where they never do.</param>
internal sealed record ModelCheckResult(
    int PrefillTokens, int DecodeTokens, QuantizationReport Quality, double ProgramPerplexity, long Compared, long DifferingBits, string? FirstDifference);

/// <summary>Runs float reference, integer interpreter and compiled program side by side, and compares them value by value.</summary>
internal sealed class ModelCheck : ISimulationObserver
{
    private readonly Model _model;
    private readonly QuantizedGraph _graph;
    private readonly CompiledProgram _program;
    private readonly Interpreter _interpreter;
    private readonly Simulation _simulation;
    private readonly Dictionary<int, long> _shown = [];
    private long _compared;
    private long _differingBits;
    private string? _first;

    /// <param name="model">The float model.</param>
    /// <param name="graph">Its integer meaning.</param>
    /// <param name="program">What a machine is to execute.</param>
    /// <param name="hardware">The machine.</param>
    public ModelCheck(Model model, QuantizedGraph graph, CompiledProgram program, HardwareConfig hardware)
    {
        (_model, _graph, _program) = (model, graph, program);
        var most = program.EntryPoints.Max(entry => entry.MaximumTokens);
        _interpreter = new(graph, new InterpreterOptions((int)program.ContextLength, most));
        _simulation = Simulation.Create(program, hardware);
        _simulation.Observer = this;
    }

    /// <summary>Runs the text: <paramref name="prefill"/> tokens by prefill, the rest one by one.</summary>
    public ModelCheckResult Run(int[] text, int prefill, Action<long>? progress = null)
    {
        var meter = new QuantizationMeter(_graph);
        using var session = new Session(_model.Graph, _model.Weights, new SessionOptions(text.Length));
        var lanes = _graph.Values.OfType<LaneValue>().GroupBy(value => value.Name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        session.Observer = (value, rows) =>
        {
            if (lanes.TryGetValue(value.Name, out var lane))
            {
                meter.Observe(lane, rows, _interpreter.Lanes(lane));
            }
        };
        var programLoss = 0.0;
        var predicted = 0;
        for (var done = 0; done < text.Length;)
        {
            var isPrefill = done < prefill;
            var entry = isPrefill ? "prefill" : "decode";
            var count = isPrefill ? Math.Min(_program.EntryPoints.Single(e => e.Name == entry).MaximumTokens, prefill - done) : 1;
            var tokens = text.AsSpan(done, count);
            var programLogits = Step(entry, done, tokens);
            var exact = new float[count * session.VocabularySize];
            session.Forward(tokens, exact);
            for (var i = 0; i < count && done + i + 1 < text.Length; i++)
            {
                var next = text[done + i + 1];
                meter.Predict(exact.AsSpan(i * session.VocabularySize, session.VocabularySize), _interpreter.Lanes(_graph.Logits).Slice(i * _graph.Logits.Width, _graph.Logits.Width), next);
                programLoss += Loss(programLogits.AsSpan(i * _graph.Logits.Width, _graph.Logits.Width), next);
                predicted++;
            }

            done += count;
            progress?.Invoke(done);
        }

        return new(Math.Min(prefill, text.Length), Math.Max(0, text.Length - prefill), meter.Report(), Math.Exp(programLoss / predicted), _compared, _differingBits, _first);
    }

    void ISimulationObserver.OnTap(int value, long token, long firstElement, ReadOnlySpan<long> lanes)
    {
        _shown[value] = _shown.GetValueOrDefault(value) + lanes.Length;
        for (var i = 0; i < lanes.Length; i++)
        {
            var element = (int)firstElement + i;
            long expected = _graph.Values[value] switch
            {
                LaneValue v => _interpreter.Lanes(v)[((int)token * v.Width) + element],
                CodeValue v when element == v.Width => _interpreter.Scales(v)[(int)token],
                CodeValue v => _interpreter.Codes(v)[((int)token * v.Width) + element],
                var other => throw new InvalidOperationException($"a value of kind {other.GetType().Name} cannot be compared"),
            };
            Compare(lanes[i], expected, _graph.Values[value].Name, token, element);
        }
    }

    /// <summary>One run of both; the program's logits.</summary>
    private int[] Step(string entry, int position, ReadOnlySpan<int> tokens)
    {
        _interpreter.Step(tokens);
        _simulation.WriteSegment("tokens", 0, MemoryMarshal.AsBytes(tokens));
        _shown.Clear();
        _position = position;
        _simulation.Run(entry, position, tokens.Length);
        foreach (var operation in _graph.Ops.Where(op => _program.Operators.Any(known => known.Name == op.Result.Name)))
        {
            // A value that is computed but not shown, or shown in part, would be a comparison that cannot fail.
            var wanted = (long)tokens.Length * (operation.Result.Width + (operation.Result is CodeValue ? 1 : 0));
            if (_shown.GetValueOrDefault(operation.Result.Id) != wanted)
            {
                Differ(1, $"'{operation.Result.Name}': {_shown.GetValueOrDefault(operation.Result.Id)} of {wanted} elements shown, {entry} at position {position}");
            }
        }

        var size = _graph.Logits.Format.Bits / 8;
        var bytes = new byte[tokens.Length * _graph.Logits.Width * size];
        _simulation.ReadSegment("logits", 0, bytes);
        var expected = _interpreter.Lanes(_graph.Logits);
        var logits = new int[expected.Length];
        for (var i = 0; i < logits.Length; i++)
        {
            logits[i] = size == 2 ? BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(2 * i)) : BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i));
            Compare(logits[i], expected[i], "logits in memory", i / _graph.Logits.Width, i % _graph.Logits.Width);
        }

        return logits;
    }

    private int _position;

    private void Compare(long found, long expected, string value, long token, int element)
    {
        _compared++;
        if (found != expected)
        {
            Differ(System.Numerics.BitOperations.PopCount((ulong)(found ^ expected) & uint.MaxValue), $"'{value}' of token {_position + token}, element {element}: program {found}, interpreter {expected}");
        }
    }

    private void Differ(long bits, string what)
    {
        _differingBits += bits;
        _first ??= what;
    }

    private double Loss(ReadOnlySpan<int> logits, int next)
    {
        var scale = Math.ScaleB(1, -_graph.Logits.Format.Fraction);
        var max = logits[0];
        foreach (var logit in logits)
        {
            max = Math.Max(max, logit);
        }

        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(((double)logit - max) * scale);
        }

        return Math.Log(sum) + (((double)max - logits[next]) * scale);
    }
}
