namespace Accel.Compiler.Quantization.Weights;

/// <summary>
/// Lowers <c>(w - v)^T H (w - v)</c> of a coded row v step by step: each code in turn to the best of its neighbours given all the others,
/// then each group's mantissa. No step raises it.
/// </summary>
internal sealed class CoordinateDescent
{
    private readonly double[] _h;
    private readonly double[] _slope;
    private readonly int _columns;
    private readonly int _group;
    private readonly int _limit;
    private readonly int _exponent;

    /// <param name="gram">Second moments of the inputs, symmetric; a thousandth of their mean diagonal is added.</param>
    public CoordinateDescent(double[] gram, int columns, int group, int limit, int exponent)
    {
        (_columns, _group, _limit, _exponent) = (columns, group, limit, exponent);
        _h = (double[])gram.Clone();
        _slope = new double[columns];
        var mean = 0.0;
        for (var i = 0; i < columns; i++)
        {
            mean += gram[(i * columns) + i] / columns;
        }

        for (var i = 0; i < columns; i++)
        {
            _h[(i * columns) + i] += Math.Max(1e-3 * mean, 1e-12);
        }
    }

    public void Refine(ReadOnlySpan<double> weights, Span<sbyte> codes, Span<ushort> mantissas, int sweeps)
    {
        // H (w - v), kept up to date as v changes.
        Array.Clear(_slope);
        for (var j = 0; j < _columns; j++)
        {
            Move(j, -(weights[j] - Value(codes[j], mantissas[j / _group])));
        }

        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            var changed = false;
            for (var j = 0; j < _columns; j++)
            {
                changed |= Recode(j, codes, mantissas[j / _group]);
            }

            for (var g = 0; g < mantissas.Length; g++)
            {
                changed |= Rescale(g, codes, ref mantissas[g]);
            }

            if (!changed)
            {
                return;
            }
        }
    }

    private bool Recode(int j, Span<sbyte> codes, int mantissa)
    {
        var unit = Value(1, mantissa);
        var step = _slope[j] / _h[(j * _columns) + j] / unit;
        var code = (int)Math.Clamp(Math.Round(codes[j] + step, MidpointRounding.AwayFromZero), -_limit, _limit);
        if (code == codes[j])
        {
            return false;
        }

        Move(j, unit * (code - codes[j]));
        codes[j] = (sbyte)code;
        return true;
    }

    private bool Rescale(int g, ReadOnlySpan<sbyte> codes, ref ushort mantissa)
    {
        var (start, end) = (g * _group, Math.Min((g + 1) * _group, _columns));
        var (along, curvature) = (0.0, 0.0);
        for (var i = start; i < end; i++)
        {
            along += codes[i] * _slope[i];
            for (var j = start; j < end; j++)
            {
                curvature += codes[i] * _h[(i * _columns) + j] * codes[j];
            }
        }

        if (curvature <= 0)
        {
            return false;
        }

        var better = (ushort)Math.Clamp(Math.Round(mantissa + Math.ScaleB(along / curvature, _exponent)), 1, ushort.MaxValue);
        if (better == mantissa)
        {
            return false;
        }

        for (var j = start; j < end; j++)
        {
            Move(j, Value(codes[j], better) - Value(codes[j], mantissa));
        }

        mantissa = better;
        return true;
    }

    private double Value(int code, int mantissa) => code * Math.ScaleB(mantissa, -_exponent);

    /// <summary>A change of one element of v.</summary>
    private void Move(int j, double change)
    {
        if (change == 0)
        {
            return;
        }

        var column = _h.AsSpan(j * _columns, _columns);
        for (var i = 0; i < column.Length; i++)
        {
            _slope[i] -= change * column[i];
        }
    }
}
