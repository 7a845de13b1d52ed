namespace Accel.Compiler.Passes;

/// <summary>Drops ops whose result nobody reads and that touch no state.</summary>
public sealed class Canonicalise : IPass
{
    public string Name => "canonicalise";

    public string Summary => "drops ops whose result nobody reads";

    public void Run(ModelPlan plan)
    {
        int before;
        do
        {
            before = plan.Ops.Count;
            plan.Remove(op => op.States.Count == 0 && op.Result != plan.Graph.Logits && plan.ReadersOf(op.Result).Count == 0);
        }
        while (plan.Ops.Count < before);
    }
}
