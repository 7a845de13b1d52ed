using System.Text;

namespace Accel.Models.Tests.Tokenizers;

/// <summary>
/// Byte-pair merging as it is defined, by search over all pairs after each merge: quadratic, on strings, sharing nothing with
/// the tokenizers under test.
/// </summary>
internal static class NaiveMerge
{
    /// <summary>Merges neighbours, the lowest cost first and the leftmost among equals; null is no merge.</summary>
    public static List<string> Run(IEnumerable<string> parts, Func<string, string, double?> cost)
    {
        var list = parts.ToList();
        while (true)
        {
            var (best, at) = (double.PositiveInfinity, -1);
            for (var i = 0; i + 1 < list.Count; i++)
            {
                if (cost(list[i], list[i + 1]) is { } c && c < best)
                {
                    (best, at) = (c, i);
                }
            }

            if (at < 0)
            {
                return list;
            }

            list[at] += list[at + 1];
            list.RemoveAt(at + 1);
        }
    }

    /// <summary>SentencePiece: characters merged by score, what is left over spelt in bytes.</summary>
    public static int[] SentencePiece(string text, IReadOnlyDictionary<string, (int Id, double Score)> pieces, int firstByteId)
    {
        var merged = Run(
            ("▁" + text.Replace(' ', '▁')).EnumerateRunes().Select(rune => rune.ToString()),
            (a, b) => pieces.TryGetValue(a + b, out var piece) ? -piece.Score : null);
        return [.. merged.SelectMany(part => pieces.TryGetValue(part, out var piece)
            ? [piece.Id]
            : Encoding.UTF8.GetBytes(part).Select(value => firstByteId + value))];
    }

    /// <summary>Byte level: a word's bytes, written in the byte alphabet, merged by rank.</summary>
    public static IEnumerable<int> Word(string word, IReadOnlyDictionary<string, int> vocabulary, IReadOnlyDictionary<(string, string), int> ranks) =>
        Run(
            Encoding.UTF8.GetBytes(word).Select(value => Alphabet[value].ToString()),
            (a, b) => ranks.TryGetValue((a, b), out var rank) ? rank : null).Select(piece => vocabulary[piece]);

    /// <summary>GPT-2's byte alphabet, by its own construction: the printing ranges first, then the rest from U+0100 on.</summary>
    public static char[] Alphabet { get; } = BuildAlphabet();

    private static char[] BuildAlphabet()
    {
        var printing = Enumerable.Range(33, 94).Concat(Enumerable.Range(161, 12)).Concat(Enumerable.Range(174, 82)).ToHashSet();
        var rest = Enumerable.Range(0, 256).Where(b => !printing.Contains(b)).ToList();
        return [.. Enumerable.Range(0, 256).Select(b => (char)(printing.Contains(b) ? b : 256 + rest.IndexOf(b)))];
    }
}
