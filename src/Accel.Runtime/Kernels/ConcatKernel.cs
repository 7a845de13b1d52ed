using Accel.Graph;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>Copies the operands' runs of the last axis behind one another.</summary>
internal sealed class ConcatKernel(KernelSite site) : Kernel
{
    private readonly ValueMemory[] _pieces = site.Operands;
    private readonly ValueMemory _y = site.Results[0];
    private readonly int[] _sizes = [.. site.Node.Operands.Select(operand => (int)operand.Type.Shape.Last.Value)];
    private readonly int _width = (int)site.Node.Result.Type.Shape.Last.Value;

    public override void Run(int first, int count, in StepShape step)
    {
        var start = 0;
        for (var piece = 0; piece < _pieces.Length; start += _sizes[piece++])
        {
            var x = _pieces[piece].Read(first, count);
            // By way of the operand: a value of one axis has runs longer than its rows.
            var y = _y.Floats.AsSpan(first * _pieces[piece].RowElements / _sizes[piece] * _width);
            for (int from = 0, to = start; from < x.Length; from += _sizes[piece], to += _width)
            {
                x.Slice(from, _sizes[piece]).CopyTo(y[to..]);
            }
        }
    }
}
