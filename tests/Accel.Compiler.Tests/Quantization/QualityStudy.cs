using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Calibration;
using Accel.Compiler.Quantization.Execution;
using Accel.Models;
using Accel.Runtime;
using Accel.Runtime.Generation;

namespace Accel.Compiler.Tests.Quantization;

/// <summary>
/// A float model, its own logits over a text and a calibration by text that it wrote itself: what quantised forms of it are
/// measured against.
/// </summary>
internal sealed class QualityStudy
{
    private readonly Model _model;
    private readonly int[][] _windows;

    /// <param name="model">With weights.</param>
    /// <param name="windows">Text, cut into windows; each starts from empty state.</param>
    public QualityStudy(Model model, int[][] windows, int calibrationWindows = 16, int calibrationTokens = 256)
    {
        (_model, _windows) = (model, windows);
        var texts = Generate(model, first: windows[0][0], calibrationWindows, calibrationTokens, seed: 2026);
        Calibration = Calibrate(model, texts);
    }

    public CalibrationProfile Calibration { get; }

    /// <summary>Texts that a model writes at temperature 1.</summary>
    public static int[][] Generate(Model model, int first, int count, int tokens, ulong seed)
    {
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(tokens));
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            var sampler = new Sampler(new SamplerOptions(Temperature: 1, Seed: seed + (ulong)index));
            var text = new int[tokens];
            text[0] = first;
            session.Reset();
            for (var i = 1; i < tokens; i++)
            {
                text[i] = sampler.Sample(session.Decode(text[i - 1]));
            }

            return text;
        })];
    }

    public static CalibrationProfile Calibrate(Model model, int[][] texts)
    {
        var collector = new CalibrationCollector(model.Graph);
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(texts.Max(text => text.Length))) { Observer = collector.Observe };
        foreach (var text in texts)
        {
            session.Reset();
            session.Forward(text, new float[text.Length * session.VocabularySize]);
        }

        return collector.Build();
    }

    public QuantizedGraph Quantize(QuantizationOptions options) => Quantizer.Quantize(_model.Graph, _model.Weights, Calibration, options);

    /// <summary>Runs both models over the text.</summary>
    public QuantizationReport Measure(QuantizedGraph graph, int windows = int.MaxValue)
    {
        var meter = new QuantizationMeter(graph);
        var length = _windows[0].Length - 1;
        using var session = new Session(_model.Graph, _model.Weights, new SessionOptions(length, ChunkTokens: length));
        var interpreter = new Interpreter(graph, new InterpreterOptions(length, ChunkTokens: length));
        var lanes = graph.Values.OfType<LaneValue>().ToDictionary(value => value.Name, StringComparer.Ordinal);
        var logits = new float[length * session.VocabularySize];
        session.Observer = (value, rows) =>
        {
            if (lanes.TryGetValue(value.Name, out var lane))
            {
                meter.Observe(lane, rows, interpreter.Lanes(lane));
            }
        };
        foreach (var window in _windows.Take(windows))
        {
            interpreter.Reset();
            session.Reset();
            interpreter.Step(window.AsSpan(0, length));
            session.Forward(window.AsSpan(0, length), logits);
            for (var i = 0; i < length; i++)
            {
                meter.Predict(
                    logits.AsSpan(i * session.VocabularySize, session.VocabularySize),
                    interpreter.Lanes(graph.Logits).Slice(i * graph.Logits.Width, graph.Logits.Width),
                    window[i + 1]);
            }
        }

        return meter.Report();
    }
}
