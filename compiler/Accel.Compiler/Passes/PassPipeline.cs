using Accel.Core.Diagnostics;

namespace Accel.Compiler.Passes;

/// <summary>The passes, in order.</summary>
public static class PassPipeline
{
    public static IReadOnlyList<IPass> Passes { get; } =
    [
        new Canonicalise(),     // first: drops ops, so that nothing is placed for their sake
        new FuseNormMatMul(),
        new FuseQkv(),
        new FuseGateUp(),
        new FuseSwiGlu(),
        new FuseResidual(),
        new FuseAttention(),
        new FuseRecurrence(),   // the fusions only add places on chip: their order is free
        new PlaceState(),
    ];

    /// <summary>Runs all passes but those switched off; the verifier runs after each.</summary>
    /// <exception cref="InputException">A name that no pass has.</exception>
    public static void Run(ModelPlan plan, CompilerOptions options)
    {
        foreach (var name in options.DisabledPasses.Order(StringComparer.Ordinal))
        {
            if (Passes.All(pass => pass.Name != name))
            {
                throw new InputException(plan.Graph.Name, "pass", $"one of {string.Join(", ", Passes.Select(pass => pass.Name))}", $"'{name}'");
            }
        }

        foreach (var pass in Passes.Where(pass => !options.DisabledPasses.Contains(pass.Name)))
        {
            pass.Run(plan);
            PlanVerifier.Verify(plan, pass.Name);
            options.DumpIr?.Invoke(pass.Name, PlanPrinter.Print(plan));
        }
    }
}
