using System.Globalization;
using System.Text;

namespace Accel.Graph.Text;

/// <summary>Prints a graph as text that <see cref="GraphParser"/> reads back to an equal graph.</summary>
public static class GraphPrinter
{
    public static string Print(ModelGraph graph)
    {
        var text = new StringBuilder();
        text.Append("graph ").Append(graph.Name).Append(" {\n");
        foreach (var input in graph.Inputs)
        {
            text.Append("  input ").Append(input).Append('\n');
        }

        foreach (var parameter in graph.Parameters)
        {
            text.Append("  parameter ").Append(parameter).Append('\n');
        }

        foreach (var state in graph.States)
        {
            text.Append("  state ").Append(state.Name).Append(" : ").Append(OpAttributes.Word(state.StateKind!.Value)).Append(' ').Append(state.Type).Append('\n');
        }

        foreach (var node in graph.Nodes)
        {
            text.Append("  ").Append(Print(node)).Append('\n');
        }

        foreach (var state in graph.States)
        {
            if (graph.NextStates.TryGetValue(state, out var next))
            {
                text.Append("  next ").Append(state.Name).Append(" = ").Append(next.Name).Append('\n');
            }
        }

        foreach (var (name, value) in graph.Outputs)
        {
            text.Append("  output ").Append(name).Append(" = ").Append(value.Name).Append('\n');
        }

        return text.Append("}\n").ToString();
    }

    /// <summary>One node: <c>results = op(operands) {attributes} : types</c>.</summary>
    public static string Print(Node node)
    {
        var attributes = string.Join(", ", node.Op.Attributes.Select(attribute => $"{attribute.Name} = {Print(attribute.Value)}"));
        return $"{string.Join(", ", node.Results.Select(result => result.Name))} = {node.Op.Mnemonic}"
            + $"({string.Join(", ", node.Operands.Select(operand => operand.Name))})"
            + (attributes.Length > 0 ? $" {{{attributes}}}" : "")
            + $" : {string.Join(", ", node.Results.Select(result => result.Type))}";
    }

    /// <summary>An attribute's value.</summary>
    internal static string Print(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        string word => word,
        long integer => integer.ToString(CultureInfo.InvariantCulture),
        double number => Print(number),
        long[] integers => $"[{string.Join(", ", integers.Select(i => i.ToString(CultureInfo.InvariantCulture)))}]",
        double[] numbers => $"[{string.Join(", ", numbers.Select(Print))}]",
        _ => throw new InvalidOperationException($"an attribute may not be of type {value.GetType()}"),
    };

    private static string Print(double number) =>
        double.IsPositiveInfinity(number) ? "inf" : double.IsNegativeInfinity(number) ? "-inf" : number.ToString("R", CultureInfo.InvariantCulture);
}
