namespace Accel.Report.Charts;

/// <summary>From data to pixels, along one axis.</summary>
/// <param name="least">Data value at <paramref name="from"/>.</param>
/// <param name="most">Data value at <paramref name="to"/>; above <paramref name="least"/>.</param>
/// <param name="isLogarithmic">Both values are above zero then.</param>
/// <param name="isBinary">Round values are powers of two, as sizes of memory are counted.</param>
internal sealed class Scale(double least, double most, double from, double to, bool isLogarithmic = false, bool isBinary = false)
{
    /// <summary>Pixels; values beyond the ends stand at the ends.</summary>
    public double this[double value] => from + ((to - from) * Math.Clamp((Map(value) - Map(least)) / (Map(most) - Map(least)), 0, 1));

    /// <summary>The data value at a pixel.</summary>
    public double Invert(double pixel)
    {
        var mapped = Map(least) + ((Map(most) - Map(least)) * (pixel - from) / (to - from));
        return isLogarithmic ? Math.Pow(10, mapped) : mapped;
    }

    /// <summary>Round values for grid lines, about <paramref name="wanted"/> of them; decades on a logarithmic axis.</summary>
    public IEnumerable<double> Ticks(int wanted) => isLogarithmic ? Decades(wanted) : Steps(wanted);

    /// <summary>From zero to a round value not below any of <paramref name="values"/>.</summary>
    public static Scale FromZero(IEnumerable<double> values, double from, double to, int ticks, bool isBinary = false)
    {
        var most = values.DefaultIfEmpty(0).Max();
        if (most <= 0)
        {
            return new(0, 1, from, to);
        }

        var step = Step(most, ticks, isBinary);
        return new(0, Math.Ceiling((most / step) - 1e-9) * step, from, to, isBinary: isBinary);
    }

    /// <summary>Around <paramref name="values"/> with some room, by at least a decade; values at or below zero are left out.</summary>
    public static Scale Logarithmic(IEnumerable<double> values, double from, double to)
    {
        const double Room = 1.7;
        var positive = values.Where(value => value > 0).DefaultIfEmpty(1).ToArray();
        var low = positive.Min() / Room;
        return new(low, Math.Max(positive.Max() * Room, low * 20), from, to, isLogarithmic: true);
    }

    /// <summary>1, 2 or 5 times a power of ten; or a power of two.</summary>
    private static double Step(double range, int wanted, bool isBinary)
    {
        var raw = range / Math.Max(1, wanted);
        if (isBinary)
        {
            return Math.Pow(2, Math.Ceiling(Math.Log2(raw) - 1e-9));
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        return power * (raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }

    private double Map(double value) => isLogarithmic ? Math.Log10(Math.Max(value, double.Epsilon)) : value;

    private IEnumerable<double> Steps(int wanted)
    {
        var step = Step(most - least, wanted, isBinary);
        for (var i = (long)Math.Ceiling((least / step) - 1e-9); i * step <= most + (step * 1e-9); i++)
        {
            yield return i * step;
        }
    }

    private IEnumerable<double> Decades(int wanted)
    {
        var (low, high) = ((int)Math.Ceiling(Math.Log10(least) - 1e-9), (int)Math.Floor(Math.Log10(most) + 1e-9));
        var stride = Math.Max(1, (high - low + wanted - 1) / wanted);
        for (var power = low; power <= high; power += stride)
        {
            yield return Math.Pow(10, power);
        }
    }
}
