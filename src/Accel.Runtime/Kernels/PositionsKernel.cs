using Accel.Graph;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

internal sealed class PositionsKernel(KernelSite site) : Kernel
{
    private readonly ValueMemory _y = site.Results[0];

    public override void Run(int first, int count, in StepShape step)
    {
        for (var row = first; row < first + count; row++)
        {
            _y.Ints[row] = checked((int)(step.Position + row));
        }
    }
}
