using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Execution;
using Accel.Rtl.Chip;

namespace Accel.Rtl.Verification;

/// <summary>What values a chip's steps make, and who knows them: needed to look inside.</summary>
/// <param name="Graph">The model.</param>
/// <param name="Steps">The chip's.</param>
/// <param name="ContextLength">The chip's.</param>
public sealed record ChipInside(QuantizedGraph Graph, IReadOnlyList<ChipStep> Steps, int ContextLength);

/// <summary>Runs a chip on its bench and compares tokens, cycles and, where it is looked inside, values.</summary>
/// <param name="bench">Built.</param>
/// <param name="runs">What is expected.</param>
public sealed class ChipVerifier(TestBench bench, IReadOnlyList<TestRun> runs)
{
    private BenchTranscript _transcript = BenchTranscript.Read(TextReader.Null);
    private long _tokens, _differingTokens, _positions, _differingCycles, _values, _differingValues;
    private TokenDifference? _firstToken;
    private CycleDifference? _firstCycles;
    private (int Run, int Position, ChipStep Step, IReadOnlyList<int> Elements)? _firstValue;

    /// <param name="run">With the vectors of the runs.</param>
    /// <param name="inside">Null to compare from outside.</param>
    /// <exception cref="Tools.ToolFailedException">The bench broke down.</exception>
    public VerificationResult Run(BenchRun run, ChipInside? inside = null)
    {
        (_transcript, var log, var elapsed) = bench.Run(run with { Probe = inside is not null });
        for (var number = 0; number < runs.Count; number++)
        {
            CompareOutside(number);
        }

        if (inside is not null)
        {
            CompareInside(inside);
        }

        return new()
        {
            Tokens = _tokens,
            DifferingTokens = _differingTokens,
            Positions = _positions,
            DifferingCycles = _differingCycles,
            Values = _values,
            DifferingValues = _differingValues,
            FirstToken = _firstToken,
            FirstCycles = _firstCycles,
            FirstValue = _firstValue is var (number2, position, step, elements) ? Locate(run, number2, position, step, elements) : null,
            Log = log,
            BenchAgrees = log.Contains("all as expected", StringComparison.Ordinal),
            BuildTime = bench.BuildTime,
            RunTime = elapsed,
        };
    }

    /// <summary>The tokens that the chip gave, after <see cref="Run"/>.</summary>
    /// <param name="number">Of the run.</param>
    public IReadOnlyList<int> Drawn(int number) => _transcript.Tokens(number);

    private void CompareOutside(int number)
    {
        var (run, tokens, cycles) = (runs[number], _transcript.Tokens(number), _transcript.Cycles(number));
        for (var i = 0; i < Math.Max(run.Tokens.Count, tokens.Count); i++, _tokens++)
        {
            if (i >= run.Tokens.Count || i >= tokens.Count || run.Tokens[i] != tokens[i])
            {
                _differingTokens++;
                _firstToken ??= new(number, i, i < run.Tokens.Count ? run.Tokens[i] : -1, i < tokens.Count ? tokens[i] : null);
            }
        }

        for (var i = 0; i < Math.Max(run.Cycles.Count, cycles.Count); i++, _positions++)
        {
            if (i >= run.Cycles.Count || i >= cycles.Count || run.Cycles[i] != cycles[i])
            {
                _differingCycles++;
                _firstCycles ??= new(number, i, i < run.Cycles.Count ? run.Cycles[i] : -1, i < cycles.Count ? cycles[i] : null);
            }
        }
    }

    private void CompareInside(ChipInside inside)
    {
        var generator = new TokenGenerator(inside.Graph, inside.ContextLength);
        for (var number = 0; number < runs.Count; number++)
        {
            var (run, current) = (runs[number], number);
            generator.Observer = (position, interpreter) =>
            {
                var generates = position >= run.Prompt.Count - 1;
                foreach (var step in inside.Steps)
                {
                    if (step.Value is { } value && (generates || !step.OnlyGenerating))
                    {
                        Compare(current, position, step, value, interpreter);
                    }
                }
            };
            generator.Continue([.. run.Prompt], run.Tokens.Count, run.Settings);
        }
    }

    private void Compare(int number, int position, ChipStep step, QuantizedValue value, Interpreter interpreter)
    {
        _values++;
        if (ValueHash.Of(interpreter, value) != _transcript.Value(number, position, step.Index))
        {
            _differingValues++;
            _firstValue ??= (number, position, step, ValueHash.ElementsOf(interpreter, value));
        }
    }

    /// <summary>Runs once more, to see the elements of the value that differed first.</summary>
    private ValueDifference Locate(BenchRun run, int number, int position, ChipStep step, IReadOnlyList<int> expected)
    {
        var seen = bench.Run(run with { Probe = false, Waves = null, Only = (number, position, step.Index) }).Transcript.Elements;
        var element = Enumerable.Range(0, expected.Count).FirstOrDefault(i => !seen.TryGetValue(i, out var found) || found != expected[i]);
        return new(number, position, step.Index, step.Value!.Name, element, expected[element], seen.TryGetValue(element, out var data) ? data : null);
    }
}
