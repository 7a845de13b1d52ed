using System.Diagnostics;

namespace Accel.Compiler.Passes;

/// <summary>What holds after every pass; a plan that breaks it is our fault and names the pass.</summary>
public static class PlanVerifier
{
    /// <exception cref="UnreachableException">An operand without a producer in front of it, a value kept for an op that does not read it.</exception>
    public static void Verify(ModelPlan plan, string pass)
    {
        for (var i = 0; i < plan.Ops.Count; i++)
        {
            foreach (var operand in plan.Ops[i].Operands)
            {
                var producer = plan.ProducerOf(operand);
                if (producer < 0 || producer >= i)
                {
                    throw new UnreachableException($"{pass}: '{plan.Ops[i].Result.Name}' reads '{operand.Name}', which nothing in front of it computes");
                }
            }
        }

        if (plan.ProducerOf(plan.Graph.Logits) < 0)
        {
            throw new UnreachableException($"{pass}: nothing computes the logits");
        }
    }
}
