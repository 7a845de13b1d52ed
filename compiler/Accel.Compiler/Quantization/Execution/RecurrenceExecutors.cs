using Accel.Compiler.Quantization.Arithmetic;
using Accel.Compiler.Quantization.Ops;
using static Accel.Compiler.Quantization.Arithmetic.FixedPoint;

namespace Accel.Compiler.Quantization.Execution;

internal sealed class CausalConvExecutor(QuantizedCausalConv op, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _input = memory.Lanes(op.Input);
    private readonly int[] _output = memory.Lanes(op.Output);
    private readonly int[] _state = memory[op.State].Lanes;
    private readonly int[] _taps = op.Taps.Values;
    private readonly int[]? _bias = op.Bias?.Values;

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        var (channels, past) = (op.State.Channels, op.State.Rows);
        for (var t = 0; t < tokens.Length; t++)
        {
            var x = _input.AsSpan(t * channels, channels);
            for (var c = 0; c < channels; c++)
            {
                var sum = (long)_taps[(c * op.Width) + past] * x[c];
                for (var k = 0; k < past; k++)
                {
                    sum += (long)_taps[(c * op.Width) + k] * _state[(k * channels) + c];
                }

                _output[(t * channels) + c] = Saturate(Shift(sum, op.OutputShift) + (_bias?[c] ?? 0), op.Output.Format.Limit);
            }

            if (past > 0)
            {
                _state.AsSpan(channels).CopyTo(_state);
                x.CopyTo(_state.AsSpan((past - 1) * channels));
            }
        }
    }
}

internal sealed class RgLruExecutor(QuantizedRgLru op, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _u = memory.Lanes(op.Input);
    private readonly int[] _i = memory.Lanes(op.InputGate);
    private readonly int[] _r = memory.Lanes(op.RecurrentGate);
    private readonly int[] _output = memory.Lanes(op.Output);
    private readonly int[] _h = memory[op.State].Lanes;
    private readonly int[] _decay = op.Decay.Values;

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        var width = op.Input.Width;
        for (var t = 0; t < tokens.Length; t++)
        {
            for (var c = 0; c < width; c++)
            {
                var at = (t * width) + c;
                var gated = Saturate32(Shift((long)_u[at] * _i[at], op.GatedShift));
                _h[c] = position + t == 0 ? gated : Next(_h[c], gated, Math.Max(0, Shift((long)_r[at] * _decay[c], op.DecayShift)));
                _output[at] = Saturate(Shift(_h[c], op.OutputShift), op.Output.Format.Limit);
            }
        }
    }

    private static int Next(int h, int gated, long distance)
    {
        var a = Exp2.Negative(distance, QuantizedRgLru.DecayFraction);
        var m = SquareRoot.Of((1 << Exp2.Fraction) - Exp2.Negative(2 * distance, QuantizedRgLru.DecayFraction));
        return Saturate32(Shift(((long)a * h) + ((long)m * gated), Exp2.Fraction));
    }
}

internal sealed class SelectiveScanExecutor(QuantizedSelectiveScan op, InterpreterMemory memory) : OpExecutor
{
    private readonly int[] _x = memory.Lanes(op.Input);
    private readonly int[] _dt = memory.Lanes(op.Step);
    private readonly int[] _b = memory.Lanes(op.B);
    private readonly int[] _c = memory.Lanes(op.C);
    private readonly int[] _output = memory.Lanes(op.Output);
    private readonly int[] _h = memory[op.State].Lanes;
    private readonly int[] _decay = op.Decay.Values;
    private readonly int[] _skip = op.Skip.Values;

    public override void Run(ReadOnlySpan<int> tokens, long position)
    {
        var (channels, states) = (op.Input.Width, op.StateSize);
        for (var t = 0; t < tokens.Length; t++)
        {
            var b = _b.AsSpan(t * states, states);
            var c = _c.AsSpan(t * states, states);
            for (var channel = 0; channel < channels; channel++)
            {
                var (x, dt) = (_x[(t * channels) + channel], _dt[(t * channels) + channel]);
                var w = (long)Saturate32(Shift((long)dt * x, op.StepShift));
                var sum = 0L;
                for (var n = 0; n < states; n++)
                {
                    var at = (channel * states) + n;
                    var a = Exp2.Negative(Math.Max(0, Shift((long)dt * _decay[at], op.DecayShift)), QuantizedRgLru.DecayFraction);
                    _h[at] = Saturate32(Shift((long)a * _h[at], Exp2.Fraction) + Shift(w * b[n], op.InputShift));
                    sum += (long)_h[at] * c[n];
                }

                _output[(t * channels) + channel] = Saturate(
                    Shift(sum, op.OutputShift) + Shift((long)x * _skip[channel], op.SkipShift), op.Output.Format.Limit);
            }
        }
    }
}
