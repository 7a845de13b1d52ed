using System.Numerics.Tensors;
using Accel.Graph;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary><c>y = sum_k w[k] x[k]</c> per row, in the order of the experts.</summary>
internal sealed class CombineExpertsKernel(KernelSite site) : Kernel
{
    private readonly ValueMemory _x = site.Operands[0];
    private readonly ValueMemory _weights = site.Operands[1];
    private readonly ValueMemory _y = site.Results[0];

    public override void Run(int first, int count, in StepShape step)
    {
        for (var row = first; row < first + count; row++)
        {
            var x = _x.Read(row, 1);
            var y = _y.Row(row);
            y.Clear();
            foreach (var weight in _weights.Read(row, 1))
            {
                TensorPrimitives.MultiplyAdd(x[..y.Length], weight, y, y);
                x = x[y.Length..];
            }
        }
    }
}
