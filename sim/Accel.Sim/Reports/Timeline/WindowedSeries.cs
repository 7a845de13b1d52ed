namespace Accel.Sim.Reports.Timeline;

/// <summary>
/// An amount over time, as its mean rate in windows of equal length. The windows double when a run outgrows them, so memory is bounded
/// whatever the run's length; nothing added is lost.
/// </summary>
/// <param name="capacity">Most windows that are kept.</param>
public sealed class WindowedSeries(int capacity)
{
    private const int FirstWindow = 64;

    private readonly double[] _amounts = new double[capacity];
    private int _used;

    /// <summary>Cycles of a window.</summary>
    public long Window { get; private set; } = FirstWindow;

    /// <summary>Adds an amount that is spread evenly over the cycles from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public void Add(long start, long end, double amount)
    {
        end = Math.Max(end, start + 1);
        while ((end - 1) / Window >= _amounts.Length)
        {
            Merge();
        }

        var perCycle = amount / (end - start);
        for (var window = start / Window; window * Window < end; window++)
        {
            var (from, to) = (Math.Max(start, window * Window), Math.Min(end, (window + 1) * Window));
            _amounts[window] += perCycle * (to - from);
            _used = Math.Max(_used, (int)window + 1);
        }
    }

    /// <summary>Start and mean rate per cycle of each window in which the rate differs from the one before, and a zero behind the last.</summary>
    public IEnumerable<(long Start, double PerCycle)> Rates()
    {
        var last = 0.0;
        for (var window = 0; window <= _used; window++)
        {
            var rate = window < _used ? _amounts[window] / Window : 0;
            if (rate != last || window == 0)
            {
                yield return (window * Window, rate);
            }

            last = rate;
        }
    }

    /// <summary>Start and amount of each window, up to the last that has any.</summary>
    public IEnumerable<(long Start, double Amount)> Amounts() => Enumerable.Range(0, _used).Select(window => (window * Window, _amounts[window]));

    private void Merge()
    {
        for (var i = 0; i < _amounts.Length; i++)
        {
            _amounts[i] = 2 * i + 1 < _amounts.Length ? _amounts[2 * i] + _amounts[(2 * i) + 1] : 2 * i < _amounts.Length ? _amounts[2 * i] : 0;
        }

        _used = (_used + 1) / 2;
        Window *= 2;
    }
}
