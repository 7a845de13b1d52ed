using Accel.Core.Diagnostics;

namespace Accel.Models.Tokenizers;

/// <summary>Merges by rank: which two tokens make which token, the lower rank first.</summary>
internal sealed class RankedMerges
{
    // Costs are float32, exact up to 2^24; the largest published tokenizers have half a million merges.
    private const int MaxMerges = 1 << 24;

    private readonly Dictionary<ulong, (int Rank, int Id)> _merges = [];

    /// <param name="vocabulary">Where both parts and the whole must be found.</param>
    /// <param name="pairs">The pairs in order of rank.</param>
    /// <exception cref="InputException">A part or a whole is no piece, or a pair occurs twice.</exception>
    public RankedMerges(Vocabulary vocabulary, IEnumerable<(string Left, string Right)> pairs)
    {
        var rank = 0;
        foreach (var (left, right) in pairs)
        {
            var key = Key(Piece(left), Piece(right));
            if (rank == MaxMerges || !_merges.TryAdd(key, (rank, Piece(left + right))))
            {
                throw new InputException(vocabulary.File, $"merge {rank}", $"each pair once, at most {MaxMerges}", $"'{left}' '{right}' again");
            }

            rank++;
        }

        int Piece(string text) => vocabulary.Pieces.TryGetValue(text, out var id)
            ? id
            : throw new InputException(vocabulary.File, $"merge {rank}", "pieces of the vocabulary", $"'{text}'");
    }

    /// <summary>Splits <c>"left right"</c>; neither part holds a space.</summary>
    public static (string Left, string Right) Split(string file, int rank, string merge)
    {
        var space = merge.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && space < merge.Length - 1 && merge.IndexOf(' ', space + 1) < 0
            ? (merge[..space], merge[(space + 1)..])
            : throw new InputException(file, $"merge {rank}", "two pieces with one space between", $"'{merge}'");
    }

    public bool TryMerge(int left, int right, out float cost, out int id)
    {
        var found = _merges.TryGetValue(Key(left, right), out var merge);
        (cost, id) = (merge.Rank, merge.Id);
        return found;
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;
}

/// <summary>Merges tokens by rank.</summary>
internal readonly struct RankRule(RankedMerges merges) : IMergeRule
{
    public bool TryMerge(in Symbol left, in Symbol right, out float cost, out int id)
    {
        (cost, id) = (0, -1);
        return left.Id >= 0 && right.Id >= 0 && merges.TryMerge(left.Id, right.Id, out cost, out id);
    }
}

/// <summary>Merges whatever makes a piece, the one of the best score first.</summary>
internal readonly ref struct ScoreRule(
    ReadOnlySpan<char> text, Vocabulary vocabulary, Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> pieces) : IMergeRule
{
    private readonly ReadOnlySpan<char> _text = text;

    public bool TryMerge(in Symbol left, in Symbol right, out float cost, out int id)
    {
        var found = pieces.TryGetValue(_text.Slice(left.Start, left.Length + right.Length), out id);
        cost = found ? -vocabulary[id].Score : 0;
        return found;
    }
}
