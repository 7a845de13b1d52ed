using Accel.Compiler;
using Accel.Compiler.Quantization;
using Accel.Compiler.Tiling;
using Accel.Core.Diagnostics;
using Accel.Hardware;
using Accel.Isa;
using Accel.Models;
using Accel.Sim.Timing;

namespace Accel.Cli.Integer;

/// <summary>What to time.</summary>
/// <param name="Model">As the user named it.</param>
/// <param name="Weights">Formats of the weights.</param>
/// <param name="Prefill">Tokens of a prompt; 0 for none.</param>
/// <param name="Decode">Tokens generated behind it; 0 for none.</param>
/// <param name="Context">Tokens that each sequence has seen before; null for a fitting default.</param>
/// <param name="Batch">Sequences.</param>
/// <param name="DisabledPasses">Of the compiler.</param>
internal sealed record TimingRequest(
    string Model, WeightChoice Weights, int Prefill, int Decode, int? Context, int Batch, IReadOnlySet<string> DisabledPasses);

/// <summary>A model compiled for a machine with the work that is to be timed. Needs shapes alone.</summary>
/// <param name="Name">Of the model.</param>
internal sealed record TimedModel(
    string Name, TimingRequest Request, HardwareConfig Hardware, CompiledProgram Program, QuantizedGraph Graph, Workload Workload, int Context)
{
    /// <summary>Where a decode step is timed that follows no prompt.</summary>
    private const int UsualContext = 2048;

    /// <summary>Longest run of a prompt that is asked for; the compiler takes less where the scratchpad does.</summary>
    private const int LongestRun = 1024;

    /// <exception cref="InputException">The model does not fit the machine, or the work does not fit the model.</exception>
    public static TimedModel Prepare(TimingRequest request, HardwareConfig hardware)
    {
        var model = ModelLoader.Load(request.Model, checkWeights: false);
        var graph = Quantizer.QuantizeShape(model.Graph, IntegerModel.Options(request.Weights));
        return Prepare(model.Name, request, hardware, graph, model.ContextLength);
    }

    private static TimedModel Prepare(string name, TimingRequest request, HardwareConfig hardware, QuantizedGraph graph, long contextLength)
    {
        var tokens = (long)request.Prefill + request.Decode;
        var context = request.Context ?? (request.Prefill > 0 ? 0 : (int)Math.Clamp(contextLength - tokens, 0, UsualContext));
        if (context + tokens > contextLength)
        {
            throw new InputException(
                request.Model, "context", $"at most {contextLength} positions, as the model has", $"{context} before, {request.Prefill} of prefill, {request.Decode} of decode");
        }

        var (program, _) = ModelCompiler.Compile(graph, hardware, new CompilerOptions
        {
            ContextLength = (int)(context + tokens),
            PrefillTokens = Math.Clamp(request.Prefill, 1, LongestRun),
            Sequences = request.Batch,
            DisabledPasses = request.DisabledPasses,
            Taps = false,
        });
        var prefill = request.Prefill > 0 ? Workload.Prefill(program, request.Prefill, request.Batch, context) : null;
        var decode = request.Decode > 0 ? Workload.Decode(program, context + request.Prefill, request.Decode, request.Batch) : null;
        var workload = prefill is null ? decode! : decode is null ? prefill : prefill.Then(decode);
        return new(name, request, hardware, program, graph, workload, context);
    }

    /// <summary>Times the work; may be called again with other options.</summary>
    public TimingReport Time(TimingOptions options) => TimedSimulation.Run(Program, Hardware, Workload, options);

    /// <summary>The least bytes of each operator, in the program's order.</summary>
    public IReadOnlyList<long> OperatorBytesNeeded() =>
        BytesNeeded.ByOperator(Graph, Program.Operators.Select(op => op.Name), [.. Workload.Runs.Select(run => (run.Position, (long)run.Tokens))]);

    /// <summary>The same model and work on another machine.</summary>
    public TimedModel On(HardwareConfig hardware) => Prepare(Name, Request with { Context = Context }, hardware, Graph, Positions);

    /// <summary>The same work compiled without one more pass.</summary>
    public TimedModel Without(string pass) =>
        Prepare(Name, Request with { Context = Context, DisabledPasses = new HashSet<string>(Request.DisabledPasses, StringComparer.Ordinal) { pass } }, Hardware, Graph, Positions);

    /// <summary>The same work with other weights.</summary>
    public TimedModel With(WeightChoice weights) => Prepare(Request with { Weights = weights, Context = Context }, Hardware);

    private long Positions => (long)Context + Request.Prefill + Request.Decode;

    /// <summary>The work in words.</summary>
    public string Description
    {
        get
        {
            var parts = new List<string>();
            if (Request.Prefill > 0)
            {
                parts.Add(FormattableString.Invariant($"prefill of {Request.Prefill:N0}{(Context > 0 ? FormattableString.Invariant($" behind {Context:N0}") : "")}"));
            }

            if (Request.Decode > 0)
            {
                parts.Add(FormattableString.Invariant($"decode of {Request.Decode:N0} at context {Context + Request.Prefill:N0}"));
            }

            var sequences = Request.Batch > 1 ? FormattableString.Invariant($", {Request.Batch:N0} sequences") : "";
            return $"{string.Join(", ", parts)}{sequences}, weights {Request.Weights.ToString().ToLowerInvariant()}";
        }
    }
}
