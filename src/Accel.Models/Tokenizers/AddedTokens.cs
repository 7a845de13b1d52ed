using System.Buffers;

namespace Accel.Models.Tokenizers;

/// <summary>A token that is taken whole wherever its text occurs.</summary>
/// <param name="Text">The text, matched character by character.</param>
/// <param name="Id">The token.</param>
/// <param name="StripLeft">Whether white space before it belongs to it.</param>
/// <param name="StripRight">Whether white space after it belongs to it.</param>
internal readonly record struct AddedToken(string Text, int Id, bool StripLeft = false, bool StripRight = false);

/// <summary>Finds added tokens in text: the leftmost first, of those at one place the longest.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<char, AddedToken[]> _byFirst;
    private readonly SearchValues<string>? _all;
    private readonly HashSet<int> _ids;

    public AddedTokens(IEnumerable<AddedToken> tokens)
    {
        var list = tokens.ToArray();
        _ids = [.. list.Select(token => token.Id)];
        _byFirst = list.GroupBy(token => token.Text[0]).ToDictionary(
            group => group.Key,
            group => group.OrderByDescending(token => token.Text.Length).ToArray());
        _all = list.Length == 0 ? null : SearchValues.Create([.. list.Select(token => token.Text)], StringComparison.Ordinal);
    }

    public bool Contains(int id) => _ids.Contains(id);

    /// <summary>The next added token at or after <paramref name="start"/>, with the range of text that it takes.</summary>
    public bool TryFind(ReadOnlySpan<char> text, int start, out AddedToken token, out Range taken)
    {
        (token, taken) = (default, default);
        if (_all is null || text[start..].IndexOfAny(_all) is var offset && offset < 0)
        {
            return false;
        }

        var at = start + offset;
        foreach (var candidate in _byFirst[text[at]])
        {
            if (text[at..].StartsWith(candidate.Text, StringComparison.Ordinal))
            {
                token = candidate;
                break;
            }
        }

        var (from, to) = (at, at + token.Text.Length);
        while (token.StripLeft && from > start && char.IsWhiteSpace(text[from - 1]))
        {
            from--;
        }

        while (token.StripRight && to < text.Length && char.IsWhiteSpace(text[to]))
        {
            to++;
        }

        taken = from..to;
        return true;
    }
}
