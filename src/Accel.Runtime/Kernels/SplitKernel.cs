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
        var x = _x.Read(first, count);
        for (int piece = 0, start = 0; piece < _pieces.Length; start += _sizes[piece++])
        {
            var size = _sizes[piece];
            var y = _pieces[piece].Floats.AsSpan(first * _x.RowElements / _width * size, x.Length / _width * size);
            for (int from = start, to = 0; to < y.Length; from += _width, to += size)
            {
                x.Slice(from, size).CopyTo(y[to..]);
            }
        }
    }
}
