using Accel.Compiler.Quantization;

namespace Accel.Compiler.Passes;

/// <summary>
/// States that are small against the scratchpad stay there from run to run. First those that every run reads and writes whole
/// (convolutions, recurrences), then caches, which save only their reading; of equals the smaller.
/// </summary>
public sealed class PlaceState : IPass
{
    public string Name => "place-state";

    public string Summary => "keeps small caches and states in the scratchpad between runs";

    public void Run(ModelPlan plan)
    {
        var candidates = new List<Candidate>();
        foreach (var op in plan.Ops)
        {
            foreach (var state in op.States)
            {
                candidates.Add(new(state, plan.StateSpace.BytesOf(state), candidates.Count));
            }
        }

        candidates.Sort(Compare);
        var left = plan.StateSpace.Bytes;
        foreach (var (state, bytes, _) in candidates)
        {
            if (bytes <= left)
            {
                plan.KeepState(state);
                left -= bytes;
            }
        }
    }

    private static int Compare(Candidate left, Candidate right) =>
        (left.State is CacheState).CompareTo(right.State is CacheState) is var kind and not 0 ? kind
        : left.Bytes.CompareTo(right.Bytes) is var bytes and not 0 ? bytes
        : left.Ordinal.CompareTo(right.Ordinal);

    /// <param name="Ordinal">Of equals the first goes first.</param>
    private sealed record Candidate(QuantizedState State, long Bytes, int Ordinal);
}
