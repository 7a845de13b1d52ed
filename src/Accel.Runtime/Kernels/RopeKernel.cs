using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>Rotates pairs by position; angles in double, as angles in float32 are wrong by whole radians at long contexts.</summary>
internal sealed class RopeKernel : Kernel
{
    private readonly ValueMemory _x;
    private readonly ValueMemory _y;
    private readonly Rope _op;
    private readonly int _headElements;
    private readonly float[] _cosines;
    private readonly float[] _sines;

    public RopeKernel(KernelSite site)
    {
        (_x, _y, _op) = (site.Operands[0], site.Results[0], (Rope)site.Node.Op);
        _headElements = (int)site.Node.Operands[0].Type.Shape.Last.Value;
        _cosines = new float[_op.Frequencies.Length];
        _sines = new float[_op.Frequencies.Length];
    }

    public override void Run(int first, int count, in StepShape step)
    {
        for (var row = first; row < first + count; row++)
        {
            for (var i = 0; i < _cosines.Length; i++)
            {
                var (sine, cosine) = Math.SinCos((step.Position + row) * _op.Frequencies[i]);
                _cosines[i] = (float)(cosine * _op.Magnitude);
                _sines[i] = (float)(sine * _op.Magnitude);
            }

            var x = _x.Row(row);
            var y = _y.Row(row);
            for (var head = 0; head < x.Length; head += _headElements)
            {
                Rotate(x.Slice(head, _headElements), y.Slice(head, _headElements));
            }
        }
    }

    private void Rotate(ReadOnlySpan<float> x, Span<float> y)
    {
        var pairs = _cosines.Length;
        x[(2 * pairs)..].CopyTo(y[(2 * pairs)..]);
        var (step, apart) = _op.Layout == RopeLayout.Half ? (1, pairs) : (2, 1);
        for (int pair = 0, i = 0; pair < pairs; pair++, i += step)
        {
            var (a, b) = (x[i], x[i + apart]);
            y[i] = (a * _cosines[pair]) - (b * _sines[pair]);
            y[i + apart] = (b * _cosines[pair]) + (a * _sines[pair]);
        }
    }
}
