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
        var (fit, dram, contexts) = Fit(plan, machine, options);
        if (graph.HasWeights)
        {
            dram = new DramLayout(graph.Name, machine, true, options.Sequences, FetchesStripes(plan, machine));
            contexts = EmitAll(plan, machine, options, dram, fit);
        }

        return new(plan, machine, options, fit.Tokens, dram, contexts);
    }

    private static (Fitting Fit, DramLayout Dram, EmitContext[] Contexts) Fit(ModelPlan plan, Machine machine, CompilerOptions options)
    {
        CapacityException? last = null;
        var lanes = Math.Max(machine.Arrays, machine.Shape.VectorUnits);
        for (var tokens = Math.Min(options.PrefillTokens, options.ContextLength); tokens >= 1; tokens /= 2)
        {
            foreach (var share in _weightShares)
            {
                // A state on chip saves its own bytes; room for weight tiles saves time of every product: states give way first.
                for (var residents = plan.Residents.Count; residents >= 0;)
                {
                    try
                    {
                        var fit = new Fitting(tokens, share, lanes, residents);
                        var dram = new DramLayout(plan.Graph.Name, machine, false, options.Sequences, FetchesStripes(plan, machine));
                        return (fit, dram, EmitAll(plan, machine, options, dram, fit));
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

    private static EmitContext[] EmitAll(ModelPlan plan, Machine machine, CompilerOptions options, DramLayout dram, Fitting fit)
    {
        RunShape[] runs =
        [
            new(EntryPointNames.Prefill, fit.Tokens),
            new(EntryPointNames.Decode, 1),
            .. options.Sequences > 1 ? [new RunShape(EntryPointNames.Batch, Math.Min(options.Sequences, fit.Tokens), true)] : Array.Empty<RunShape>(),
        ];
        var matrices = new WeightPlan(plan, machine, TokensOf(runs), SlotBytes(machine, fit.Share));
        var residents = plan.Residents.Take(fit.Residents).ToHashSet();
        new LayerPlacement(dram, plan, matrices, plan.StateSpace with { RunTokens = fit.Tokens }, residents.Contains).Run(machine, machine.Shape.DramBytes);
        EmitContext Emit(RunShape run, bool isTrial)
        {
            var context = new EmitContext(machine, plan, options, dram, matrices, run, fit, isTrial);
            context.EmitAll();
            return context;
        }

        EmitContext Entry(RunShape run)
        {
            if (options.Wants(run.Name))
            {
                return Emit(run, isTrial: false);
            }

            try
            {
                return Emit(run, isTrial: true);
            }
            catch (CapacityException)
            {
                // Which limit is met first, or whether any is, only the commands tell.
                return Emit(run, isTrial: false);
            }
        }

        var entries = new EmitContext[runs.Length];
        for (var i = 0; i < runs.Length; i++)
        {
            entries[i] = Entry(runs[i]);
        }

        dram.Verify(machine.Shape.DramBytes);
        return entries;
    }

    private static int[] TokensOf(RunShape[] runs)
    {
        var tokens = new int[runs.Length];
        for (var i = 0; i < runs.Length; i++)
        {
            tokens[i] = runs[i].Tokens;
        }

        return tokens;
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
