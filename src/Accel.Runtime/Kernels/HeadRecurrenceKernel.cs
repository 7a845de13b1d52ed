using Accel.Graph;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>
/// A recurrence whose heads do not see each other: token by token within a head, heads shared among threads. The state is
/// rewritten in place.
/// </summary>
internal abstract class HeadRecurrenceKernel(KernelSite site) : Kernel, IParallelWork
{
    private readonly WorkerPool _workers = site.Workers;
    private readonly int _heads = (int)site.Node.Results[0].Type.Shape.Dims[1].Value;
    private readonly int _stateElements = (int)(site.Node.Operands[^1].Type.Shape.Elements / site.Node.Results[0].Type.Shape.Dims[1].Value);
    private readonly ValueMemory _state = site.Operands[^1];
    private int _tokens;

    public sealed override void Run(int first, int count, in StepShape step)
    {
        _tokens = count;
        _workers.For(this, _heads, 4L * count * _stateElements);
    }

    public void Execute(int start, int end)
    {
        for (var head = start; head < end; head++)
        {
            var state = _state.Floats.AsSpan(head * _stateElements, _stateElements);
            for (var row = 0; row < _tokens; row++)
            {
                Advance(head, row, state);
            }
        }
    }

    /// <summary>Takes one head over one token: reads row <paramref name="row"/> of the operands, writes that of the result.</summary>
    /// <param name="state">The head's state before the token; after it on return.</param>
    protected abstract void Advance(int head, int row, Span<float> state);

    /// <summary>One head's part of a row of <c>[T, H, n]</c>.</summary>
    protected static Span<float> Slice(ValueMemory value, int row, int head, int width) => value.Row(row).Slice(head * width, width);
}
