namespace Accel.Runtime.Tests.Blocks;

/// <summary>The formulas of blocks in float64, row by row, written for reading.</summary>
internal static class Naive
{
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double Silu(double x) => x * Sigmoid(x);

    public static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    public static double SquaredRelu(double x) => Math.Max(x, 0) * Math.Max(x, 0);

    public static double SoftCap(double x, double cap) => cap * Math.Tanh(x / cap);

    public static double[] Map(double[] x, Func<double, double> f) => [.. x.Select(f)];

    public static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    public static double[] Multiply(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x * y)];

    public static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    /// <summary><c>W x</c>, with W as rows <c>[out, in]</c>.</summary>
    public static double[] Linear(double[][] w, double[] x) => [.. w.Select(row => Dot(row, x))];

    public static double[][] Linear(double[][] w, double[][] x) => [.. x.Select(row => Linear(w, row))];

    public static double[] RmsNorm(double[] x, double[]? w, double epsilon)
    {
        var scale = 1 / Math.Sqrt((x.Sum(v => v * v) / x.Length) + epsilon);
        return [.. x.Select((v, i) => v * scale * (w?[i] ?? 1))];
    }

    public static double[] LayerNorm(double[] x, double[] w, double[] b, double epsilon)
    {
        var mean = x.Average();
        var scale = 1 / Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + epsilon);
        return [.. x.Select((v, i) => ((v - mean) * scale * w[i]) + b[i])];
    }

    public static double[] Softmax(double[] x)
    {
        var exp = Map(x, v => Math.Exp(v - x.Max()));
        return Map(exp, v => v / exp.Sum());
    }

    /// <summary>Attention of every query over every key that <paramref name="score"/> lets through.</summary>
    /// <param name="q">Rows <c>[H h]</c>.</param>
    /// <param name="k">Rows <c>[K h]</c>.</param>
    /// <param name="v">Rows <c>[K g]</c>.</param>
    /// <param name="score">From head, query, key and <c>q.k</c> to the score; minus infinity to mask.</param>
    public static double[][] Attend(double[][] q, double[][] k, double[][] v, int heads, int keyHeads, Func<int, int, int, double, double> score)
    {
        var (width, valueWidth) = (q[0].Length / heads, v[0].Length / keyHeads);
        return
        [
            .. q.Select((row, i) => Enumerable.Range(0, heads).SelectMany(head =>
            {
                var keyHead = head / (heads / keyHeads);
                var p = Softmax([.. k.Select((key, j) => score(head, i, j, Dot(Slice(row, head, width), Slice(key, keyHead, width))))]);
                return Enumerable.Range(0, valueWidth).Select(c => p.Select((weight, j) => weight * v[j][(keyHead * valueWidth) + c]).Sum());
            }).ToArray()),
        ];
    }

    /// <summary>The score of causal attention, of a window if one is given.</summary>
    public static Func<int, int, int, double, double> Causal(double scale, int window = int.MaxValue) =>
        (_, i, j, dot) => j <= i && i - j < window ? scale * dot : double.NegativeInfinity;

    /// <summary>One head's part of a row.</summary>
    public static double[] Slice(double[] row, int head, int width) => row[(head * width)..((head + 1) * width)];

    /// <summary>The rows before each row; zeros before the first.</summary>
    public static double[][] Shifted(double[][] x) => [new double[x[0].Length], .. x[..^1]];
}
