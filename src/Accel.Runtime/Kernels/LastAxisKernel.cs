using Accel.Graph;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>A kernel whose one result has the shape of its first operand, each run of the last axis computed by itself.</summary>
internal abstract class LastAxisKernel(KernelSite site) : Kernel
{
    private readonly ValueMemory _x = site.Operands[0];
    private readonly ValueMemory _y = site.Results[0];
    private readonly int _width = (int)site.Node.Operands[0].Type.Shape.Last.Value;

    public sealed override void Run(int first, int count, in StepShape step)
    {
        var x = _x.Read(first, count);
        var y = _y.Rows(first, count);
        for (var at = 0; at < x.Length; at += _width)
        {
            Compute(x.Slice(at, _width), y.Slice(at, _width), at);
        }
    }

    /// <param name="x">One run.</param>
    /// <param name="y">Where its result goes; overwritten.</param>
    /// <param name="at">Elements before the run, counted from the start of a row: where a factor that matches trailing axes continues.</param>
    protected abstract void Compute(ReadOnlySpan<float> x, Span<float> y, int at);
}
