using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>Copies each entry of the second last axis several times.</summary>
internal sealed class RepeatKernel(KernelSite site) : Kernel
{
    private readonly ValueMemory _x = site.Operands[0];
    private readonly ValueMemory _y = site.Results[0];
    private readonly int _width = (int)site.Node.Operands[0].Type.Shape.Last.Value;
    private readonly int _times = (int)((Repeat)site.Node.Op).Times;

    public override void Run(int first, int count, in StepShape step)
    {
        var x = _x.Read(first, count);
        var y = _y.Rows(first, count);
        for (int from = 0, to = 0; from < x.Length; from += _width)
        {
            for (var copy = 0; copy < _times; copy++, to += _width)
            {
                x.Slice(from, _width).CopyTo(y[to..]);
            }
        }
    }
}
