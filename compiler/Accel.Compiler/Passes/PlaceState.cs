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
        var left = plan.StateSpace.Bytes;
        var states = plan.Ops.SelectMany(op => op.States.Select(state => (State: state, Bytes: plan.StateSpace.BytesOf(state))));
        foreach (var (state, bytes) in states.OrderBy(item => item.State is CacheState).ThenBy(item => item.Bytes))
        {
            if (bytes <= left)
            {
                plan.KeepState(state);
                left -= bytes;
            }
        }
    }
}
