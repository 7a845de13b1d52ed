using Accel.Graph;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>Rows moved down by one; the state gives the first and takes the last.</summary>
internal sealed class TokenShiftKernel(KernelSite site) : Kernel
{
    private readonly ValueMemory _x = site.Operands[0];
    private readonly ValueMemory _state = site.Operands[1];
    private readonly ValueMemory _y = site.Results[0];

    public override void Run(int first, int count, in StepShape step)
    {
        _state.Row(0).CopyTo(_y.Row(0));
        _x.Rows(0, count - 1).CopyTo(_y.Rows(1, count - 1));
        _x.Row(count - 1).CopyTo(_state.Row(0));
    }
}
