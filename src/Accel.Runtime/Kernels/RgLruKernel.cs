using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>The real-gated linear recurrence, token by token, in double where cancellation threatens.</summary>
internal sealed class RgLruKernel : Kernel
{
    private readonly ValueMemory _u;
    private readonly ValueMemory _inputGate;
    private readonly ValueMemory _recurrentGate;
    private readonly ValueMemory _state;
    private readonly ValueMemory _y;
    private readonly double[] _decay;

    public RgLruKernel(KernelSite site)
    {
        (_u, _inputGate, _recurrentGate, _state) = (site.Operands[0], site.Operands[1], site.Operands[2], site.Operands[4]);
        _y = site.Results[0];
        var c = ((RgLru)site.Node.Op).C;
        _decay = [.. site.Operands[3].Constant.Select(lambda => -c * (Math.Max(lambda, 0) + double.LogP1(Math.Exp(-Math.Abs((double)lambda)))))];
    }

    public override void Run(int first, int count, in StepShape step)
    {
        var h = _state.Floats.AsSpan(0, _decay.Length);
        for (var row = first; row < first + count; row++)
        {
            var u = _u.Row(row);
            var i = _inputGate.Row(row);
            var r = _recurrentGate.Row(row);
            var y = _y.Row(row);
            var isFirst = step.Position + row == 0;
            for (var channel = 0; channel < h.Length; channel++)
            {
                var logDecay = _decay[channel] * r[channel];
                var gated = (double)u[channel] * i[channel];
                // 1 - a^2 as -expm1(2 log a): a is close to 1.
                var next = isFirst ? gated : (Math.Exp(logDecay) * h[channel]) + (Math.Sqrt(-double.ExpM1(2 * logDecay)) * gated);
                y[channel] = h[channel] = (float)next;
            }
        }
    }
}
