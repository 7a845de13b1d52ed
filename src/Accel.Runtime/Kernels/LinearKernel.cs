using System.Numerics.Tensors;
using Accel.Core.Formats;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;
using Accel.Runtime.Kernels.Matrices;

namespace Accel.Runtime.Kernels;

/// <summary>
/// <c>y = x W^T (+ b)</c> with W in its stored format. One row of x is a matrix-vector product, bound by reading W once; many rows
/// decode a block of W once and multiply it with all of them. Threads share the output rows.
/// </summary>
internal sealed class LinearKernel : Kernel, IParallelWork
{
    private readonly ValueMemory _x;
    private readonly ValueMemory _y;
    private readonly StoredMatrix _weight;
    private readonly float[]? _bias;
    private readonly WorkerPool _workers;
    private readonly int _rowsPerStep;
    private int _first;
    private int _count;

    public LinearKernel(KernelSite site)
    {
        (_x, _y, _workers) = (site.Operands[0], site.Results[0], site.Workers);
        var weight = site.Node.Operands[1];
        _weight = StoredMatrix.Create(
            site.Operands[1].Stored ?? StoredTensor.FromFloats(weight.Name, [.. weight.Type.Shape.Dims.Select(dim => dim.Value)], site.Operands[1].Constant));
        _bias = ((Linear)site.Node.Op).Bias ? site.Operands[2].Constant : null;
        _rowsPerStep = _x.RowElements / _weight.Columns;
    }

    public override void Run(int first, int count, in StepShape step)
    {
        (_first, _count) = (first * _rowsPerStep, count * _rowsPerStep);
        _workers.For(this, _weight.Rows, (long)_count * _weight.Columns, StoredMatrix.RowGrain);
        if (_bias is not null)
        {
            for (var row = _first; row < _first + _count; row++)
            {
                var y = _y.Floats.AsSpan(row * _weight.Rows, _weight.Rows);
                TensorPrimitives.Add(y, _bias, y);
            }
        }
    }

    public void Execute(int start, int end)
    {
        var x = _x.All.AsSpan(_first * _weight.Columns, _count * _weight.Columns);
        var y = _y.Floats.AsSpan(_first * _weight.Rows, _count * _weight.Rows);
        if (_count == 1)
        {
            _weight.MultiplyVector(x, y, start, end);
        }
        else
        {
            _weight.MultiplyMatrix(x, y, _count, start, end);
        }
    }
}
