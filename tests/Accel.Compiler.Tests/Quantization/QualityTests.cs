using Accel.Compiler.Quantization;
using Accel.Models;
using Accel.Tests.Shared;
using Xunit.Abstractions;

namespace Accel.Compiler.Tests.Quantization;

/// <summary>Perplexity and divergence of quantised models against float32. README states what they measure.</summary>
public sealed class QualityTests(ITestOutputHelper output)
{
    private const int Window = 256;

    /// <summary>Set to 1 to print README's table: every format over the whole text.</summary>
    private const string TableVariable = "ACCEL_QUALITY_TABLE";

    private static readonly (string Name, QuantizationOptions Options)[] _table =
    [
        ("int8", QuantizationOptions.Int8),
        ("int8, every matrix input int8", QuantizationOptions.Int8 with { WideInputs = [] }),
        ("int8, every matrix input and keys int8", QuantizationOptions.Int8 with { WideInputs = [], KeyBits = 8 }),
        ("int8, keys int8", QuantizationOptions.Int8 with { KeyBits = 8 }),
        ("int8, matrix inputs int16", QuantizationOptions.Int8 with { ActivationBits = 16, QueryBits = 16 }),
        ("int4, groups of 32", QuantizationOptions.Int4),
        ("int4, groups of 64", QuantizationOptions.Int4 with { Weights = new(WeightFormat.Int4, 64) }),
        ("int4 per row", QuantizationOptions.Int4PerRow),
        ("int4, groups of 32, keys and values int4 too", QuantizationOptions.Int4 with { Exceptions = [] }),
        ("int4, groups of 32, nearest", QuantizationOptions.Int4 with { Rounding = WeightRounding.Nearest }),
        ("int4, groups of 32, least squares", QuantizationOptions.Int4 with { Rounding = WeightRounding.LeastSquares }),
        ("int3, groups of 32", QuantizationOptions.Int3),
        ("ternary, groups of 32", QuantizationOptions.Ternary),
    ];

    [Fact]
    public void Int8_hybrid_loses_a_fifth_of_a_per_cent_at_most() => Hold(Hybrid(), QuantizationOptions.Int8, windows: 48, loss: 0.002, divergence: 2e-3);

    [Fact]
    public void Int4_hybrid_loses_two_per_cent_at_most() => Hold(Hybrid(), QuantizationOptions.Int4, windows: 48, loss: 0.02, divergence: 2e-2);

    [SkippableFact]
    public void Int8_stories_loses_a_fifth_of_a_per_cent_at_most() => Hold(Stories(), QuantizationOptions.Int8, windows: 64, loss: 0.002, divergence: 2e-3);

    [SkippableFact]
    public void Int4_stories_loses_six_per_cent_at_most() => Hold(Stories(), QuantizationOptions.Int4, windows: 64, loss: 0.06, divergence: 6e-2);

    [SkippableTheory]
    [InlineData("tiny-lfm2-swa16.f32.gguf")]
    [InlineData("tiny-mamba.f32.gguf")]
    public void Random_models_of_other_architectures_stay_close(string file)
    {
        var study = new QualityStudy(ModelLoader.Load(SharedData.Path("models", "tiny-random", file)), [StoriesTokens()], calibrationWindows: 4, calibrationTokens: 64);
        // Random weights give logits of tens, so that probabilities say little: the logits themselves are compared.
        var wide = new QuantizationOptions { ActivationBits = 16, QueryBits = 16, CachedValueBits = 16, ValueBits = 32 };
        foreach (var (options, bound) in new[] { (QuantizationOptions.Int8, 0.2), (wide, 0.1) })
        {
            var report = study.Measure(study.Quantize(options));
            output.WriteLine(Line(file, report));
            output.WriteLine($"{report.Values[^1]}");
            Assert.InRange(report.Values[^1].RelativeError, 0, bound);
        }
    }

    [SkippableFact]
    public void Table_of_formats()
    {
        Skip.IfNot(Environment.GetEnvironmentVariable(TableVariable) == "1", $"measures every format over the whole text; {TableVariable}=1 runs it");
        foreach (var (model, study) in new[] { ("shakespeare-hybrid", Hybrid()), ("stories260k", Stories()) })
        {
            foreach (var (name, options) in _table)
            {
                var graph = study.Quantize(options);
                var bits = graph.Matrices.Sum(m => m.StorageBits) / graph.Matrices.Sum(m => (double)m.Rows * m.Columns);
                output.WriteLine($"{model} {Line($"{name} | {bits:F2}", study.Measure(graph))}");
            }
        }
    }

    private void Hold(QualityStudy study, QuantizationOptions options, int windows, double loss, double divergence)
    {
        var report = study.Measure(study.Quantize(options), windows);
        output.WriteLine(Line("", report));
        Assert.True(report.PerplexityLoss <= loss, Line("", report));
        Assert.True(report.MeanDivergence <= divergence, Line("", report));
    }

    private static string Line(string name, QuantizationReport report) =>
        $"| {name} | {report.FloatPerplexity:F4} | {report.Perplexity:F4} | {100 * report.PerplexityLoss:+0.00;-0.00} % | {report.MeanDivergence:E1} | {100 * report.TopOneAgreement:F1} % | {report.Tokens}";

    private static QualityStudy Hybrid()
    {
        var model = ModelLoader.Load("shakespeare-hybrid");
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "models", "shakespeare-hybrid", "validation.txt"));
        var tokens = model.Tokenizer.Encode(text, addBegin: false);
        return new(model, [.. Enumerable.Range(0, (tokens.Length - 1) / Window).Select(i => tokens[(i * Window)..((i * Window) + Window + 1)])]);
    }

    /// <summary>Text that the model writes itself at temperature 1; other seeds than those of the calibration.</summary>
    private static QualityStudy Stories()
    {
        var model = ModelLoader.Load(SharedData.Path("models", "stories260k", "stories260K.bin"));
        return new(model, QualityStudy.Generate(model, first: 1, count: 128, Window + 1, seed: 7));
    }

    private static int[] StoriesTokens() =>
        [.. File.ReadAllText(SharedData.Path("models", "stories260k", "tokens64.txt")).Split([' ', '\n', ',', '\r', '[', ']'], StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
}
