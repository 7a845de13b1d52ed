using Accel.Graph.Ops;

namespace Accel.Graph.Analysis;

/// <summary>The least work and traffic of one step: what any machine must do and move, whatever it keeps on chip.</summary>
/// <param name="Macs">Multiply-accumulates; elementwise work is not counted.</param>
/// <param name="WeightBytes">Each weight that is used, once; of an embedding table the gathered rows.</param>
/// <param name="StateReadBytes">Cached keys and values that the masks let through, convolution and recurrent state.</param>
/// <param name="StateWriteBytes">New keys and values, and the next convolution and recurrent state.</param>
public sealed record StepCost(long Macs, long WeightBytes, long StateReadBytes, long StateWriteBytes)
{
    /// <summary>Two operations per multiply-accumulate.</summary>
    public long Flops => checked(2 * Macs);

    public long Bytes => checked(WeightBytes + StateReadBytes + StateWriteBytes);

    /// <summary>The cost of a step of which only the last row of the logits is wanted.</summary>
    /// <param name="graph">The step function.</param>
    /// <param name="step">Tokens of the step and position before it.</param>
    /// <param name="parameterBytes">Stored bytes of a parameter.</param>
    /// <param name="stateElementBytes">Bytes of an element of a state.</param>
    public static StepCost Of(ModelGraph graph, StepShape step, Func<Value, double> parameterBytes, Func<Value, double> stateElementBytes)
    {
        var macs = 0L;
        var (weights, gathered, read, written) = (new Dictionary<Value, double>(ReferenceEqualityComparer.Instance), 0.0, 0.0, 0.0);
        var lastRow = step with { Tokens = 1, Position = step.Position + step.Tokens - 1 };
        for (var index = 0; index < graph.Nodes.Count; index++)
        {
            var node = graph.Nodes[index];
            var rows = index >= graph.LastRowTail ? lastRow : step;
            macs = checked(macs + node.Op.Macs(node.Operands.Select(operand => operand.Type).ToArray(), rows));
            foreach (var parameter in node.Operands.Where(operand => operand.Kind == ValueKind.Parameter))
            {
                var bytes = parameterBytes(parameter);
                if (node.Op is Embedding)
                {
                    gathered += bytes / parameter.Type.Shape.Dims[0].Value * rows.Tokens;
                    continue;
                }

                var used = node.Op is ExpertLinear
                    ? Math.Min(1.0, (double)node.Operands[1].Type.Shape.ElementsAt(rows) / parameter.Type.Shape.Dims[0].Value)
                    : 1;
                weights[parameter] = Math.Max(weights.GetValueOrDefault(parameter), bytes * used);
            }

            foreach (var state in node.Operands.Where(operand => operand.Kind == ValueKind.State))
            {
                var elementBytes = stateElementBytes(state);
                read += ReadElements(node, state, step) * elementBytes;
                written += graph.NextStates.TryGetValue(state, out var next) && next.Producer == node ? WrittenElements(node, state, step) * elementBytes : 0;
            }
        }

        return new(macs, (long)(weights.Values.Sum() + gathered), (long)read, (long)written);
    }

    /// <summary>Bytes of all states after so many tokens.</summary>
    public static long StateBytes(ModelGraph graph, long tokens, Func<Value, double> stateElementBytes) =>
        (long)graph.States.Sum(state => (state.StateKind == StateKind.Full
            ? tokens * RowElements(state)
            : state.StateKind == StateKind.Ring
                ? Math.Min(tokens, state.Type.Shape.Dims[0].Value) * RowElements(state)
                : state.Type.Shape.Elements) * stateElementBytes(state));

    private static double ReadElements(Node node, Value state, StepShape step) => node.Op is Attention attention
        ? Math.Min(step.Position, attention.Window > 0 ? attention.Window - 1 : step.Position) * RowElements(state)
        : step.Position == 0 ? 0 : state.Type.Shape.Elements;

    private static double WrittenElements(Node node, Value state, StepShape step) =>
        node.Op is Attention ? step.Tokens * RowElements(state) : state.Type.Shape.Elements;

    private static double RowElements(Value state) => new Shape([.. state.Type.Shape.Dims[1..]]).Elements;
}
