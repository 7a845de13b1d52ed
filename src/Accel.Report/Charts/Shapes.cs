namespace Accel.Report.Charts;

/// <summary>Shapes of points: runs that are compared differ in shape as well as in letter.</summary>
internal static class Shapes
{
    /// <summary>A path around a point: circle, diamond, square, triangle, and again.</summary>
    public static string Path(int run, double x, double y, double radius)
    {
        var r = SvgWriter.Number(radius);
        return (run % 4) switch
        {
            0 => $"M{N(x - radius)} {N(y)}a{r} {r} 0 1 0 {N(2 * radius)} 0a{r} {r} 0 1 0 {N(-2 * radius)} 0z",
            1 => $"M{N(x)} {N(y - (radius * 1.25))}l{N(radius * 1.25)} {N(radius * 1.25)}l{N(-radius * 1.25)} {N(radius * 1.25)}l{N(-radius * 1.25)} {N(-radius * 1.25)}z",
            2 => $"M{N(x - radius)} {N(y - radius)}h{N(2 * radius)}v{N(2 * radius)}h{N(-2 * radius)}z",
            _ => $"M{N(x)} {N(y - (radius * 1.2))}l{N(radius * 1.2)} {N(radius * 2.1)}h{N(-radius * 2.4)}z",
        };
    }

    private static string N(double value) => SvgWriter.Number(value);
}
