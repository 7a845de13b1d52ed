using System.Numerics.Tensors;
using Accel.Graph;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary><c>y[i] = sum_j a[i, j] b[j]</c> for the two matrices of each row.</summary>
internal sealed class BatchMatMulKernel(KernelSite site) : Kernel
{
    private readonly ValueMemory _a = site.Operands[0];
    private readonly ValueMemory _b = site.Operands[1];
    private readonly ValueMemory _y = site.Results[0];
    private readonly int _inner = (int)site.Node.Operands[0].Type.Shape.Last.Value;
    private readonly int _columns = (int)site.Node.Result.Type.Shape.Last.Value;

    public override void Run(int first, int count, in StepShape step)
    {
        for (var row = first; row < first + count; row++)
        {
            var a = _a.Read(row, 1);
            var b = _b.Read(row, 1);
            var y = _y.Row(row);
            y.Clear();
            for (int at = 0; at < a.Length; at++)
            {
                var sums = y.Slice(at / _inner * _columns, _columns);
                TensorPrimitives.MultiplyAdd(b.Slice(at % _inner * _columns, _columns), a[at], sums, sums);
            }
        }
    }
}
