using Accel.Graph;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>Copies consecutive pieces of the last axis into values of their own.</summary>
internal sealed class SplitKernel : Kernel
{
    private readonly ValueMemory _x;
    private readonly ValueMemory[] _pieces;
    private readonly int[] _sizes;
    private readonly int _width;

    public SplitKernel(KernelSite site)
    {
        _x = site.Operands[0];
        _pieces = site.Results;
        _sizes = [.. site.Node.Results.Select(result => (int)result.Type.Shape.Last.Value)];
        _width = (int)site.Node.Operands[0].Type.Shape.Last.Value;
    }

    public override void Run(int first, int count, in StepShape step)
    {
        var x = _x.Stored is null ? _x.Rows(first, count) : _x.Constant;
        for (int piece = 0, start = 0; piece < _pieces.Length; start += _sizes[piece++])
        {
            var y = _pieces[piece].Rows(first, count);
            var size = _sizes[piece];
            for (int from = start, to = 0; to < y.Length; from += _width, to += size)
            {
                x.Slice(from, size).CopyTo(y[to..]);
            }
        }
    }
}
