using Accel.Compiler.Emit;
using Accel.Compiler.Passes;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Compiler.Tiling;
using Accel.Core.Diagnostics;
using Accel.Hardware;
using Accel.Isa;
using Accel.Isa.Commands;

namespace Accel.Compiler;

/// <summary>Turns an integer model into a program for one machine.</summary>
public static class ModelCompiler
{
    /// <summary>Shares of the scratchpad that weight tiles may take, in 64ths, from the best to the last that is tried.</summary>
    private static readonly int[] _weightShares = [42, 34, 17, 9, 5, 3];

    /// <summary>Whole stripes are fetched where all that might be filler is no more than one part in so many of the weights.</summary>
    private const int StripeWorth = 64;

    /// <summary>States may take one part of so many of the scratchpad.</summary>
    private const int StateShare = 4;

    /// <exception cref="InputException">The model does not fit the machine, or asks for what the machine cannot do.</exception>
    public static (CompiledProgram Program, CompilationReport Report) Compile(QuantizedGraph graph, HardwareConfig config, CompilerOptions options)
    {
        var compilation = Run(graph, config, options);
        var program = Assemble(compilation);
        return (program, Report(compilation, program));
    }

    /// <summary>The program alone.</summary>
    /// <exception cref="InputException">As <see cref="Compile"/>.</exception>
    public static CompiledProgram CompileProgram(QuantizedGraph graph, HardwareConfig config, CompilerOptions options) => Assemble(Run(graph, config, options));

    private static Compilation Run(QuantizedGraph graph, HardwareConfig config, CompilerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ContextLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PrefillTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Sequences, 1);
        options.RequireEntryPoints();
        var machine = new Machine(config);
        MachineChecks.Run(graph, machine);
        var plan = new ModelPlan(graph, new StateSpace(
            machine.Shape.ScratchpadBytes / StateShare, options.ContextLength, Math.Min(options.PrefillTokens, options.ContextLength), options.Sequences,
            machine.Stripe));
        PassPipeline.Run(plan, options);

        // The greatest run that fits is found on shapes; weights are packed once.
        var (fit, matrices, dram, contexts) = Fit(plan, machine, options);
        if (graph.HasWeights)
        {
            dram = new DramLayout(graph.Name, machine, true, options.Sequences, FetchesStripes(plan, machine));
            contexts = EmitAll(plan, machine, options, dram, matrices, fit, triesFirst: false);
        }

        return new(plan, machine, options, fit.Tokens, dram, contexts);
    }

    private static (Fitting Fit, WeightPlan Matrices, DramLayout Dram, EmitContext[] Contexts) Fit(ModelPlan plan, Machine machine, CompilerOptions options)
    {
        CapacityException? last = null;
        var lanes = Math.Max(machine.Arrays, machine.Shape.VectorUnits);
        for (var tokens = Math.Min(options.PrefillTokens, options.ContextLength); tokens >= 1; tokens /= 2)
        {
            foreach (var share in _weightShares)
            {
                WeightPlan matrices;
                try
                {
                    matrices = new(plan, machine, TokensOf(RunsOf(options, tokens)), SlotBytes(machine, share));
                }
                catch (CapacityException exception)
                {
                    last = exception;
                    continue;
                }

                // A state on chip saves its own bytes; room for weight tiles saves time of every product: states give way first.
                for (var residents = plan.Residents.Count; residents >= 0;)
                {
                    try
                    {
                        var fit = new Fitting(tokens, share, lanes, residents);
                        var dram = new DramLayout(plan.Graph.Name, machine, false, options.Sequences, FetchesStripes(plan, machine));
                        // Most models fit at once; a model that did not may not fit again.
                        return (fit, matrices, dram, EmitAll(plan, machine, options, dram, matrices, fit, triesFirst: last is not null));
                    }
                    catch (CapacityException exception)
                    {
                        last = exception;
                        if (exception.Place == CapacityException.Semaphores && lanes > 1)
                        {
                            lanes /= 2;
                        }
                        else
                        {
                            residents = residents > 0 ? residents / 2 : -1;
                        }
                    }
                }
            }
        }

        throw last!.ToInput();
    }

    /// <summary>The entry points of a program.</summary>
    /// <param name="tokens">Most tokens of a prefill run.</param>
    private static List<RunShape> RunsOf(CompilerOptions options, int tokens)
    {
        List<RunShape> runs = [new(EntryPointNames.Prefill, tokens), new(EntryPointNames.Decode, 1)];
        if (options.Sequences > 1)
        {
            runs.Add(new(EntryPointNames.Batch, Math.Min(options.Sequences, tokens), true));
        }

        return runs;
    }

    private static int[] TokensOf(List<RunShape> runs)
    {
        var tokens = new int[runs.Count];
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = runs[i].Tokens;
        }

        return tokens;
    }

    /// <param name="triesFirst">Whether commands are made only when all entry points are known to fit.</param>
    /// <returns>In the order of the entry points: those with commands, and trials of the others.</returns>
    /// <exception cref="CapacityException">Of the first entry point that does not fit.</exception>
    private static EmitContext[] EmitAll(
        ModelPlan plan, Machine machine, CompilerOptions options, DramLayout dram, WeightPlan matrices, Fitting fit, bool triesFirst)
    {
        var residents = plan.Residents.Take(fit.Residents).ToHashSet();
        new LayerPlacement(dram, plan, matrices, plan.StateSpace with { RunTokens = fit.Tokens }, residents.Contains).Run(machine, machine.Shape.DramBytes);
        EmitContext Emit(RunShape run, bool isTrial)
        {
            var context = new EmitContext(machine, plan, options, dram, matrices, run, fit, isTrial);
            context.EmitAll();
            return context;
        }

        EmitContext Try(RunShape run)
        {
            try
            {
                return Emit(run, isTrial: true);
            }
            catch (CapacityException exception) when (exception.Place == CapacityException.Semaphores)
            {
                // A trial sets some aside: whether there are enough only the commands tell. All other limits are those of the commands.
                return Emit(run, isTrial: false);
            }
        }

        var runs = RunsOf(options, fit.Tokens);
        var entries = new EmitContext[runs.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = triesFirst || !options.Wants(runs[i].Name) ? Try(runs[i]) : Emit(runs[i], isTrial: false);
        }

        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = entries[i].Stream.IsTrial && options.Wants(runs[i].Name) ? Emit(runs[i], isTrial: false) : entries[i];
        }

        dram.Verify(machine.Shape.DramBytes);
        return entries;
    }

    /// <summary>
    /// Whether small constants and ends of caches are fetched in whole stripes of the memory: all its channels then have the same to do and stay
    /// in step. Not where the filler would count beside the weights.
    /// </summary>
    private static bool FetchesStripes(ModelPlan plan, Machine machine)
    {
        var (fetches, bits) = (0, 0L);
        var matrices = new HashSet<WeightMatrix>();
        foreach (var op in plan.Ops)
        {
            fetches += ConstantLoads.VectorsOf(op).Count + op switch
            {
                QuantizedLinear or QuantizedTable => 1,
                QuantizedAttention attention => 4 * attention.KeyHeads,
                _ => 0,
            };
            bits += op is QuantizedLinear { Weight: var weight } && matrices.Add(weight) ? weight.StorageBits : 0;
        }

        return fetches * machine.Stripe <= bits / 8 / StripeWorth;
    }

    /// <summary>What a share of the scratchpad allows a slot.</summary>
    private static long SlotBytes(Machine machine, int share) => Math.Max(
        machine.Shape.ScratchpadBytes / 64 * share / (WeightTraffic.SlotsPerArray * machine.Arrays) / LinearScanAllocator.Alignment, 1) * LinearScanAllocator.Alignment;

    private static CompiledProgram Assemble(Compilation compilation)
    {
        var (plan, machine, options, _, dram, contexts) = compilation;
        return new()
        {
            Name = plan.Graph.Name,
            Machine = machine.Shape,
            ContextLength = options.ContextLength,
            Sequences = options.Sequences,
            Segments = dram.Segments,
            Residents = [.. contexts[0].Residents],
            Operators = [.. plan.Ops.Select(op => new OperatorEntry(op.Result.Name, op.Mnemonic))],
            EntryPoints = [.. compilation.Wanted.Select(context => new EntryPoint(context.Run.Name, context.MostTokens, context.Stream.Finish()) { IsBatch = context.IsBatch })],
        };
    }

    private static CompilationReport Report(Compilation compilation, CompiledProgram program)
    {
        var (plan, _, options, tokens, dram, contexts) = compilation;
        var entries = compilation.Wanted.Zip(program.EntryPoints, (context, entry) =>
            TrafficReport.Make(plan, context, program, entry, entry.Name == EntryPointNames.Prefill ? 0 : options.ContextLength / 2));
        var states = plan.Ops.SelectMany(op => op.States)
            .Select(state => new StatePlacement(state.Name, contexts[0].States.BytesOf(state), contexts[0].IsResident(state)));
        return new(tokens, dram.End, [.. states], [.. entries]);
    }

    /// <summary>What all that is reported and assembled is taken from.</summary>
    /// <param name="Tokens">Most tokens of a prefill run.</param>
    /// <param name="Contexts">One for each entry point that the model has on the machine, wanted or not.</param>
    private sealed record Compilation(ModelPlan Plan, Machine Machine, CompilerOptions Options, int Tokens, DramLayout Dram, EmitContext[] Contexts)
    {
        public IEnumerable<EmitContext> Wanted => Contexts.Where(context => Options.Wants(context.Run.Name));
    }
}
