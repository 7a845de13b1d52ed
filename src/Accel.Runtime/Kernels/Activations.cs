using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Accel.Runtime.Kernels;

/// <summary>Activation functions that are not one call of the tensor library.</summary>
internal static class Activations
{
    /// <summary><c>x * sigmoid(x)</c>; x and y may be the same span.</summary>
    public static void Silu(ReadOnlySpan<float> x, Span<float> y)
    {
        var i = 0;
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var v = Vector512.Create(x[i..]);
            (v / (Vector512<float>.One + Vector512.Exp(-v))).CopyTo(y[i..]);
        }

        for (; i < x.Length; i++)
        {
            y[i] = x[i] / (1 + MathF.Exp(-x[i]));
        }
    }

    /// <summary><c>0.5 x (1 + tanh(u))</c> as <c>x * sigmoid(2u)</c>, <c>u = sqrt(2/pi) (x + 0.044715 x^3)</c>.</summary>
    public static void GeluTanh(ReadOnlySpan<float> x, Span<float> y)
    {
        const float Factor = -2 * 0.7978845608f;
        var i = 0;
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var v = Vector512.Create(x[i..]);
            var u = (v + (v * v * v * 0.044715f)) * Factor;
            (v / (Vector512<float>.One + Vector512.Exp(u))).CopyTo(y[i..]);
        }

        for (; i < x.Length; i++)
        {
            var u = (x[i] + (x[i] * x[i] * x[i] * 0.044715f)) * Factor;
            y[i] = x[i] / (1 + MathF.Exp(u));
        }
    }

    /// <summary><c>0.5 x (1 + erf(x / sqrt 2))</c>.</summary>
    public static void GeluErf(ReadOnlySpan<float> x, Span<float> y)
    {
        for (var i = 0; i < x.Length; i++)
        {
            y[i] = (float)(0.5 * x[i] * (1 + Erf(x[i] / Math.Sqrt(2))));
        }
    }

    /// <summary><c>ln(1 + e^x)</c>, as <c>max(x, 0) + ln(1 + e^-|x|)</c>, which cannot overflow.</summary>
    public static void Softplus(ReadOnlySpan<float> x, Span<float> y)
    {
        for (var i = 0; i < x.Length; i++)
        {
            y[i] = MathF.Max(x[i], 0) + (float)double.LogP1(Math.Exp(-Math.Abs((double)x[i])));
        }
    }

    /// <summary>The error function to about 1e-15: its series near zero, the continued fraction of its complement beyond.</summary>
    private static double Erf(double x)
    {
        var a = Math.Abs(x);
        if (a < 2.5)
        {
            var (term, sum) = (a, a);
            for (var n = 1; Math.Abs(term) > 1e-17 * sum && n < 100; n++)
            {
                term *= -a * a / n;
                sum += term / ((2 * n) + 1);
            }

            return Math.CopySign(2 / Math.Sqrt(Math.PI) * sum, x);
        }

        if (a > 6)
        {
            return Math.CopySign(1, x);
        }

        var fraction = 0.0;
        for (var n = 60; n > 0; n--)
        {
            fraction = n / 2.0 / (a + fraction);
        }

        return Math.CopySign(1 - (Math.Exp(-a * a) / Math.Sqrt(Math.PI) / (a + fraction)), x);
    }
}
