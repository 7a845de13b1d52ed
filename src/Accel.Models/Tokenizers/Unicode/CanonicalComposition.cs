using System.Text;

namespace Accel.Models.Tokenizers.Unicode;

/// <summary>Unicode normalisation form C: characters decomposed, marks put in order, and composed again.</summary>
/// <remarks>Source: Unicode Standard Annex 15, and chapter 3.11 and 3.12 (Hangul) of the standard.</remarks>
internal static class CanonicalComposition
{
    // The first character that form C may change, or that changes what stands before it.
    private const char FirstAffected = '\u0300';

    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TailCount;

    /// <summary>The text in form C; the same string when nothing changes. Half a surrogate pair becomes U+FFFD.</summary>
    public static string Normalize(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstAffected - 1)) < 0)
        {
            return text;
        }

        var points = new List<int>(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, points);
        }

        Order(points);
        Compose(points);
        var result = new StringBuilder(points.Count);
        points.ForEach(point => result.Append(char.ConvertFromUtf32(point)));
        return result.ToString();
    }

    private static void Decompose(int point, List<int> points)
    {
        if (point - SyllableBase is >= 0 and < SyllableCount and var syllable)
        {
            points.Add(LeadBase + syllable / (VowelCount * TailCount));
            points.Add(VowelBase + syllable / TailCount % VowelCount);
            if (syllable % TailCount is > 0 and var tail)
            {
                points.Add(TailBase + tail);
            }
        }
        else if (CanonicalData.Shared.TryDecompose(point, out var parts))
        {
            Decompose(parts.First, points);
            if (parts.Second != 0)
            {
                Decompose(parts.Second, points);
            }
        }
        else
        {
            points.Add(point);
        }
    }

    /// <summary>Sorts each run of marks by class, keeping the order of equals.</summary>
    private static void Order(List<int> points)
    {
        var data = CanonicalData.Shared;
        for (var start = 0; start < points.Count; start++)
        {
            var end = start;
            while (end < points.Count && data.Class(points[end]) != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                var run = points.GetRange(start, end - start).OrderBy(data.Class).ToArray();
                run.CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(points)[start..]);
            }

            start = end;
        }
    }

    /// <summary>Joins each character to the starter before it, unless a mark of its class or above, or a starter, stands between.</summary>
    private static void Compose(List<int> points)
    {
        var data = CanonicalData.Shared;
        var (kept, starter, lastClass) = (0, -1, 0);
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            var combining = data.Class(point);
            var adjacent = starter == kept - 1;
            if (starter >= 0 && (adjacent || lastClass < combining) && TryJoin(points[starter], point, out var joined))
            {
                points[starter] = joined;
                continue;
            }

            if (combining == 0)
            {
                starter = kept;
            }

            lastClass = combining;
            points[kept++] = point;
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    private static bool TryJoin(int first, int second, out int joined)
    {
        if (first - LeadBase is >= 0 and < LeadCount and var lead && second - VowelBase is >= 0 and < VowelCount and var vowel)
        {
            joined = SyllableBase + (lead * VowelCount + vowel) * TailCount;
            return true;
        }

        if (first - SyllableBase is >= 0 and < SyllableCount and var syllable && syllable % TailCount == 0
            && second - TailBase is > 0 and < TailCount and var tail)
        {
            joined = first + tail;
            return true;
        }

        return CanonicalData.Shared.TryCompose(first, second, out joined);
    }
}
