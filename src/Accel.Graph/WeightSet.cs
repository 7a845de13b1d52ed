using System.Diagnostics.CodeAnalysis;
using Accel.Core.Diagnostics;
using Accel.Core.Formats;

namespace Accel.Graph;

/// <summary>The stored tensors of a graph's parameters, each in its checkpoint's format.</summary>
public sealed class WeightSet
{
    private readonly Dictionary<string, StoredTensor> _tensors;

    private WeightSet(Dictionary<string, StoredTensor> tensors) => _tensors = tensors;

    /// <summary>The stored tensor of a parameter.</summary>
    [SuppressMessage("Design", "CA1043:Use integral or string argument for indexers", Justification = "a parameter is the key")]
    public StoredTensor this[Value parameter] => _tensors[parameter.Name];

    /// <summary>
    /// Finds a tensor for each parameter of <paramref name="graph"/>; shapes must agree element for element, row for row.
    /// </summary>
    /// <param name="graph">Whose parameters to bind.</param>
    /// <param name="file">The checkpoint, for messages.</param>
    /// <param name="find">The tensor of a parameter, or null; and the name it was looked for under.</param>
    /// <exception cref="InputException">Missing tensors and wrong shapes, all of them at once.</exception>
    public static WeightSet Bind(ModelGraph graph, string file, Func<Value, (StoredTensor? Tensor, string Name)> find)
    {
        var faults = new List<Diagnostic>();
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var parameter in graph.Parameters)
        {
            var extents = parameter.Type.Shape.Dims.Select(dim => dim.Value).ToArray();
            var (tensor, name) = find(parameter);
            if (tensor is null)
            {
                faults.Add(new(file, name, $"a tensor of shape [{string.Join(", ", extents)}] for {parameter.Name}", "no such tensor"));
            }
            else if (!IsWholeRows(tensor, extents) || !tensor.Shape.Where(extent => extent != 1).SequenceEqual(extents.Where(extent => extent != 1)))
            {
                faults.Add(new(file, name, $"shape [{string.Join(", ", extents)}]", $"[{string.Join(", ", tensor.Shape)}]"));
            }
            else
            {
                tensors.Add(parameter.Name, tensor.Reshape(extents));
            }
        }

        return faults.Count == 0 ? new(tensors) : throw new InputException(faults);
    }

    /// <summary>Where elements are stored in blocks, the last extent must agree itself: blocks do not cross rows.</summary>
    private static bool IsWholeRows(StoredTensor tensor, long[] extents) =>
        tensor.Format.BlockElements == 1 || (tensor.Shape is [.., var stored] && extents is [.., var wanted] && stored == wanted);
}
