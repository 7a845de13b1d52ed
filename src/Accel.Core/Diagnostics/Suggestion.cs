namespace Accel.Core.Diagnostics;

/// <summary>Finds the known name that a misspelt one was most likely meant to be.</summary>
public static class Suggestion
{
    /// <summary>The nearest of <paramref name="known"/>, or null when none is near (more than a third of the letters differ).</summary>
    public static string? For(string name, IEnumerable<string> known)
    {
        var best = known
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .OrderBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.candidate is not null && best.distance <= Math.Max(1, best.candidate.Length / 3) ? best.candidate : null;
    }

    /// <summary><c>"; did you mean 'x'?"</c>, or nothing when no known name is near.</summary>
    public static string Phrase(string name, IEnumerable<string> known) =>
        For(name, known) is { } near ? $"; did you mean '{near}'?" : "";

    /// <summary>Edit distance, with the swap of two neighbours counted once; case is ignored.</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 8 || a.Length > 64)
        {
            return int.MaxValue;
        }

        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
