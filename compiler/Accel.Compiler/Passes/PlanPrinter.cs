using System.Globalization;
using System.Text;

namespace Accel.Compiler.Passes;

/// <summary>A plan as text: one op a line; an operand that comes from memory carries <c>@dram</c>.</summary>
public static class PlanPrinter
{
    public static string Print(ModelPlan plan)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"plan {plan.Graph.Name} scores {(plan.KeepsScores ? "on chip" : "@dram")}\n");
        for (var i = 0; i < plan.Ops.Count; i++)
        {
            var op = plan.Ops[i];
            text.Append(CultureInfo.InvariantCulture, $"%{op.Result.Id} {op.Result.Name} = {op.Mnemonic}");
            foreach (var operand in op.Operands)
            {
                text.Append(CultureInfo.InvariantCulture, $" %{operand.Id}{(plan.IsOnChip(operand, i) ? "" : "@dram")}");
            }

            foreach (var state in op.States)
            {
                text.Append(CultureInfo.InvariantCulture, $" [{state.Name}{(plan.Residents.Contains(state) ? " on chip" : "")}]");
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
