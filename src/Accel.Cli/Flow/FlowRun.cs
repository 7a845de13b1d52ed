using System.Reflection;
using Accel.Cli.Integer;
using Accel.Compiler;
using Accel.Compiler.Quantization;
using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Hardware;
using Accel.Isa;
using Accel.Models;
using Accel.Report;
using Accel.Report.Results;

namespace Accel.Cli.Flow;

/// <summary>
/// The whole way of one model on one machine, by the calls that the verbs make: import, compile, check, simulate, emit, verify. A
/// step that cannot run says why; none is ever counted as passed that did not run.
/// </summary>
/// <param name="chipFolder">Where the chip's files will lie.</param>
internal sealed class FlowRun(Terminal terminal, FlowRequest request, StepLog log, FlowTools tools, string chipFolder)
{
    private HardwareConfig _machine = null!;
    private Model _model = null!;
    private QuantizedGraph _graph = null!;
    private CompiledProgram _program = null!;

    /// <summary>Runs all steps.</summary>
    /// <exception cref="InputException">The model, the machine or the options are at fault.</exception>
    /// <returns>The result, and the files of the chip by their paths; none where none was emitted.</returns>
    public (RunResult Result, IReadOnlyDictionary<string, string> Chip) Run()
    {
        var result = new RunResult { Program = Version, Steps = [] };
        log.Run(StepNames.Import, () =>
        {
            Import();
            result = result with { Hardware = MachineSummary.Of(_machine) };
            return (true, $"{_model.Name} ({_model.Architecture}), {Figures.Whole(_model.Graph.Parameters.Sum(parameter => parameter.Type.Shape.Elements))} parameters{(_model.HasWeights ? "" : ", a shape without weights")}");
        });
        log.Run(StepNames.Compile, () =>
        {
            var report = Compile();
            result = result with
            {
                Model = ModelSummary.Of(_model, _program, request.Weights.ToString().ToLowerInvariant()),
                Compile = CompileSummary.Of(_program, report),
            };
            return (true, $"{_program.EntryPoints.Sum(entry => entry.Instructions.Count):N0} instructions for {_machine.Name}, {new Bytes(report.DramBytes)} of memory at context {_program.ContextLength:N0}");
        });
        if (_model.HasWeights)
        {
            log.Run(StepNames.Check, () =>
            {
                var numerics = CheckSummary.Of(Check());
                result = result with { Numerics = numerics };
                return (numerics.DifferingBits == 0, $"{numerics.DifferingBits:N0} differing bits in {numerics.ComparedElements:N0} values; perplexity {Figures.Change(Loss(numerics))} against float");
            });
        }
        else
        {
            log.Skip(StepNames.Check, "a shape without weights says nothing");
        }

        log.Run(StepNames.Simulate, () =>
        {
            var progress = new Progress(terminal, "simulations", TimedSummary.Simulations);
            var timing = TimedSummary.Of(_program, _machine, (int)Math.Min(request.PromptTokens, _program.ContextLength), _program.ContextLength / 2, progress.Report);
            progress.Finish();
            result = result with { Timing = timing };
            return (true, string.Join(", ", timing.Runs.Select(run => $"{run.Name} of {run.Tokens:N0} in {run.Cycles:N0} cycles")));
        });
        var chip = Emit();
        result = result with { Chip = chip?.Result };
        if (chip is null || tools.Obstacle is { })
        {
            log.Skip(StepNames.Verify, chip is null ? "there is no chip" : tools.Obstacle!);
        }
        else
        {
            log.Run(StepNames.Verify, () =>
            {
                var verification = ChipTrial.Run(_model, _graph, chip);
                result = result with { Verification = verification };
                return (
                    verification is { DifferingTokens: 0, DifferingValues: 0, CyclesAgree: true, FirstDifference: null },
                    $"{verification.Tokens - verification.DifferingTokens:N0} of {verification.Tokens:N0} tokens and {verification.Values - verification.DifferingValues:N0} of {verification.Values:N0} values equal, cycles {(verification.CyclesAgree ? "as predicted" : "not as predicted")}");
            });
        }

        return (result with { Steps = log.Steps }, chip?.Files ?? new Dictionary<string, string>());
    }

    /// <summary>Of this program, with the commit that it was built from.</summary>
    private static string Version => typeof(FlowRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>The chip; null, with the reason in the log, where the model cannot be one.</summary>
    private EmittedChip? Emit()
    {
        if (!_model.HasWeights)
        {
            log.Skip(StepNames.Emit, "a shape has no weights to make logic of");
            return null;
        }

        try
        {
            EmittedChip? chip = null;
            return log.Run(StepNames.Emit, () =>
            {
                chip = EmittedChip.Of(_model, _graph, request, chipFolder);
                return (true, $"{chip.Report.Files.Count:N0} Verilog modules, {chip.Report.Weights:N0} weights as logic, {chip.Report.GenerationCycles.First:N0} to {chip.Report.GenerationCycles.Last:N0} cycles per token");
            }) ? chip : null;
        }
        catch (InputException obstacle)
        {
            // A model that runs on machines need not be one that can be cast in logic.
            log.Skip(StepNames.Emit, obstacle.Message.Split('\n')[0]);
            return null;
        }
    }

    private static double Loss(NumericsResult numerics) => (numerics.Perplexities[^1].Perplexity / numerics.Perplexities[0].Perplexity) - 1;

    private void Import()
    {
        _machine = HardwareConfigs.Load(request.Hardware);
        _model = ModelLoader.Load(request.Model);
        if (request.Context > _model.ContextLength)
        {
            throw new InputException("--context", "", $"at most {_model.ContextLength} positions, as the model has", $"{request.Context}");
        }
    }

    private CompilationReport Compile()
    {
        _graph = IntegerModel.Of(_model, request.Weights, request.Calibration);
        (_program, var report) = ModelCompiler.Compile(_graph, _machine, new CompilerOptions
        {
            ContextLength = request.Context > 0 ? request.Context : (int)Math.Min(FlowRequest.UsualContext, _model.ContextLength),
            PrefillTokens = Math.Clamp(request.PromptTokens, 1, FlowRequest.LongestRun),
            Taps = _model.HasWeights,
        });
        return report;
    }

    private ModelCheckResult Check()
    {
        var half = (int)Math.Min(request.CheckTokens, _program.ContextLength / 2);
        var text = TextSource.Check(_model, null, 2 * half);
        var progress = new Progress(terminal, "tokens", text.Length);
        try
        {
            return new ModelCheck(_model, _graph, _program, _machine).Run(text, Math.Min(half, text.Length - 1), progress.Report);
        }
        finally
        {
            progress.Finish();
        }
    }
}
