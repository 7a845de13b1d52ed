using Accel.Compiler;
using Accel.Compiler.Quantization;
using Accel.Compiler.Tiling;
using Accel.Core.Diagnostics;
using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Encoding;
using Accel.Models;
using Accel.Models.Checkpoints;
using Accel.Sim.Timing;

namespace Accel.Cli.Integer;

/// <summary>What to time.</summary>
/// <param name="Model">As the user named it.</param>
/// <param name="Weights">Formats of the weights.</param>
/// <param name="Prefill">Tokens of a prompt; 0 for none, null for a usual number.</param>
/// <param name="Decode">Tokens generated behind it; 0 for none.</param>
/// <param name="Contexts">Tokens that each sequence has seen before, one number for all or one for each; null for a fitting default.</param>
/// <param name="Batch">Sequences.</param>
/// <param name="DisabledPasses">Of the compiler.</param>
/// <param name="Program">A compiled program to time instead; null to compile one.</param>
internal sealed record TimingRequest(
    string Model, WeightChoice Weights, int? Prefill, int Decode, IReadOnlyList<int>? Contexts, int Batch, IReadOnlySet<string> DisabledPasses, FileInfo? Program);

/// <summary>A model compiled for a machine with the work that is to be timed. Needs shapes alone.</summary>
/// <param name="Name">Of the model.</param>
/// <param name="Contexts">Tokens that each sequence has seen before.</param>
internal sealed record TimedModel(
    string Name, TimingRequest Request, HardwareConfig Hardware, CompiledProgram Program, QuantizedGraph Graph, Workload Workload, IReadOnlyList<int> Contexts)
{
    /// <summary>Where a decode step is timed that follows no prompt.</summary>
    private const int UsualContext = 2048;

    private const int UsualPrompt = 512;

    /// <summary>Longest run of a prompt that is asked for; the compiler takes less where the scratchpad does.</summary>
    private const int LongestRun = 1024;

    /// <summary>Room for a prompt in a program that is only to decode, as `accel compile` leaves it.</summary>
    private const int UsualRun = 64;

    private const int LargestProgram = int.MaxValue - 64;

    /// <exception cref="InputException">The model does not fit the machine, or the work does not fit the model.</exception>
    public static TimedModel Prepare(TimingRequest request, HardwareConfig hardware)
    {
        var model = ModelLoader.Load(request.Model, checkWeights: false);
        var graph = Quantizer.QuantizeShape(model.Graph, IntegerModel.Options(request.Weights));
        var program = request.Program is { } file ? ProgramDecoder.Decode(file.ToString(), MappedFile.ReadAll(file.ToString(), LargestProgram)) : null;
        return Prepare(model.Name, request, hardware, graph, program?.ContextLength ?? model.ContextLength, program);
    }

    private static TimedModel Prepare(string name, TimingRequest request, HardwareConfig hardware, QuantizedGraph graph, long contextLength, CompiledProgram? program)
    {
        var prefill = request.Prefill ?? (int)Math.Clamp(contextLength - request.Decode - (request.Contexts?.Max() ?? 0), 1, UsualPrompt);
        request = request with { Prefill = prefill };
        var tokens = (long)prefill + request.Decode;
        int[] contexts = request.Contexts switch
        {
            null => [.. Enumerable.Repeat(prefill > 0 ? 0 : (int)Math.Clamp(contextLength - tokens, 0, UsualContext), request.Batch)],
            [var one] => [.. Enumerable.Repeat(one, request.Batch)],
            var each => [.. each],
        };
        var context = contexts.Max();
        if (context + tokens > contextLength)
        {
            throw new InputException(
                request.Model, "context", $"at most {contextLength} positions, as the {(program is null ? "model" : "program")} has",
                $"{context} before, {prefill} of prefill, {request.Decode} of decode");
        }

        program ??= ModelCompiler.CompileProgram(graph, hardware, new CompilerOptions
        {
            ContextLength = (int)(context + tokens),
            PrefillTokens = prefill > 0 ? Math.Min(prefill, LongestRun) : UsualRun,
            Sequences = request.Batch,
            DisabledPasses = request.DisabledPasses,
            Taps = false,
            EntryPoints = EntryPointsOf(prefill, request.Decode, contexts.Length),
        });
        var prompt = prefill > 0 ? Workload.PrefillBatch(program, [.. contexts.Select(seen => (long)seen)], prefill) : null;
        var steps = request.Decode == 0 ? null
            : contexts is [var only] ? Workload.Decode(program, only + prefill, request.Decode)
            : Workload.DecodeBatch(program, [.. contexts.Select(seen => (long)seen + prefill)], request.Decode);
        return new(name, request, hardware, program, graph, prompt is null ? steps! : steps is null ? prompt : prompt.Then(steps), contexts);
    }

    /// <summary>What the workload runs.</summary>
    private static HashSet<string> EntryPointsOf(int prefill, int decode, int sequences)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (prefill > 0)
        {
            names.Add(EntryPointNames.Prefill);
        }

        if (decode > 0)
        {
            names.Add(sequences == 1 ? EntryPointNames.Decode : EntryPointNames.Batch);
        }

        return names;
    }

    /// <summary>Times the work; may be called again with other options.</summary>
    public TimingReport Time(TimingOptions options) => TimedSimulation.Run(Program, Hardware, Workload, options);

    /// <summary>The least bytes of each operator, in the program's order.</summary>
    public IReadOnlyList<long> OperatorBytesNeeded() =>
        BytesNeeded.ByOperator(Graph, Program, [.. Workload.Runs.Select(run => run.Positions.IsEmpty ? new RunWork(run.Position, run.Tokens) : new RunWork(run.Positions.ToArray(), 1))]);

    /// <summary>The same model and work on another machine.</summary>
    public TimedModel On(HardwareConfig hardware) => Prepare(Name, Request with { Contexts = Contexts }, hardware, Graph, Positions, null);

    /// <summary>The same work compiled without these passes.</summary>
    public TimedModel Without(IEnumerable<string> passes) =>
        Prepare(Name, Request with { Contexts = Contexts, DisabledPasses = Request.DisabledPasses.Union(passes).ToHashSet(StringComparer.Ordinal) }, Hardware, Graph, Positions, null);

    /// <summary>The same work with other weights.</summary>
    public TimedModel With(WeightChoice weights) => Prepare(Request with { Weights = weights, Contexts = Contexts, Program = null }, Hardware);

    /// <summary>Tokens of the prompt.</summary>
    public int Prefill => Request.Prefill ?? 0;

    private long Positions => (long)Contexts.Max() + Prefill + Request.Decode;

    /// <summary>The contexts in words, with so many tokens more.</summary>
    private string Between(int more)
    {
        var (least, most) = (Contexts.Min() + more, Contexts.Max() + more);
        return least == most ? FormattableString.Invariant($"{most:N0}") : FormattableString.Invariant($"{least:N0} to {most:N0}");
    }

    /// <summary>The work in words.</summary>
    public string Description
    {
        get
        {
            var parts = new List<string>();
            if (Prefill > 0)
            {
                parts.Add(FormattableString.Invariant($"prefill of {Prefill:N0}{(Contexts.Max() > 0 ? $" behind {Between(0)}" : "")}"));
            }

            if (Request.Decode > 0)
            {
                parts.Add(FormattableString.Invariant($"decode of {Request.Decode:N0} at context {Between(Prefill)}"));
            }

            var sequences = Request.Batch > 1 ? FormattableString.Invariant($", {Request.Batch:N0} sequences") : "";
            return $"{string.Join(", ", parts)}{sequences}, weights {Request.Weights.ToString().ToLowerInvariant()}";
        }
    }
}
