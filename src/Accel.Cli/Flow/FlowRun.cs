using System.Reflection;
using Accel.Cli.Integer;
using Accel.Compiler;
using Accel.Compiler.Quantization;
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
internal sealed class FlowRun(Terminal terminal, FlowRequest request, StepLog log, FlowTools tools)
{
    private HardwareConfig _machine = null!;
    private Model _model = null!;
    private QuantizedGraph _graph = null!;
    private CompiledProgram _program = null!;

    /// <summary>Runs all steps.</summary>
    /// <exception cref="Accel.Core.Diagnostics.InputException">The model, the machine or the options are at fault.</exception>
    public RunResult Run()
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
            var timing = TimedSummary.Of(_program, _machine, (int)Math.Min(request.PromptTokens, _program.ContextLength), _program.ContextLength / 2);
            result = result with { Timing = timing };
            return (true, string.Join(", ", timing.Runs.Select(run => $"{run.Name} of {run.Tokens:N0} in {run.Cycles:N0} cycles")));
        });
        log.Skip(StepNames.Emit, "this version has no chip generator");
        log.Skip(StepNames.Verify, tools.Obstacle ?? "there is no chip");

        return result with { Steps = log.Steps };
    }

    /// <summary>Of this program, with the commit that it was built from.</summary>
    private static string Version => typeof(FlowRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static double Loss(NumericsResult numerics) => (numerics.Perplexities[^1].Perplexity / numerics.Perplexities[0].Perplexity) - 1;

    private void Import()
    {
        _machine = HardwareConfigs.Load(request.Hardware);
        _model = ModelLoader.Load(request.Model);
    }

    private CompilationReport Compile()
    {
        _graph = IntegerModel.Of(_model, request.Weights, request.Calibration);
        (_program, var report) = ModelCompiler.Compile(_graph, _machine, new CompilerOptions
        {
            ContextLength = request.Context > 0 ? request.Context : (int)Math.Min(FlowRequest.UsualContext, _model.ContextLength),
            PrefillTokens = FlowRequest.PrefillRun,
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
