using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Accel.Models.Tokenizers;

/// <summary>Text to token ids and back, as the model was trained to see it. Safe to use from several threads.</summary>
public abstract class Tokenizer
{
    private readonly AddedTokens _added;

    private protected Tokenizer(Vocabulary vocabulary, AddedTokens added, TokenRoles roles)
    {
        Vocabulary = vocabulary;
        _added = added;
        BeginOfText = roles.Begin;
        EndOfText = roles.End;
        EndTokens = roles.Ends;
        AddsBeginOfText = roles.AddsBegin;
    }

    /// <summary>Number of token ids: 0 to this, exclusive. A model's embedding may have more rows, for alignment.</summary>
    public int VocabularySize => Vocabulary.Count;

    /// <summary>The token that begins a text, if the model has one.</summary>
    public int? BeginOfText { get; }

    /// <summary>The token that ends a text, if the model has one.</summary>
    public int? EndOfText { get; }

    /// <summary>Every token after which generation stops: end of text, end of turn.</summary>
    public IReadOnlySet<int> EndTokens { get; }

    /// <summary>Whether the checkpoint wants <see cref="BeginOfText"/> before a prompt.</summary>
    public bool AddsBeginOfText { get; }

    private protected Vocabulary Vocabulary { get; }

    /// <summary>Whether encoding puts a space before a text; decoding takes it away.</summary>
    private protected virtual bool PrefixesSpace => false;

    /// <summary>Whether it does so after each added token, too.</summary>
    private protected virtual bool PrefixesEachSpace => false;

    /// <summary>Tokens of a text. Control tokens that occur in it by their text become those tokens.</summary>
    /// <param name="text">Any text; half a surrogate pair counts as U+FFFD.</param>
    /// <param name="addBegin">Whether to put <see cref="BeginOfText"/> first.</param>
    /// <exception cref="InvalidOperationException">A begin token is asked for and there is none.</exception>
    public int[] Encode(string text, bool addBegin)
    {
        var tokens = new List<int>(text.Length / 3 + 4);
        if (addBegin)
        {
            tokens.Add(BeginOfText ?? throw new InvalidOperationException($"{Vocabulary.File} has no begin-of-text token"));
        }

        var start = 0;
        while (_added.TryFind(text, start, out var added, out var taken))
        {
            EncodePart(text.AsSpan(start..taken.Start), start == 0, tokens);
            tokens.Add(added.Id);
            start = taken.End.Value;
        }

        EncodePart(text.AsSpan(start), start == 0, tokens);
        return [.. tokens];
    }

    /// <summary>The text of tokens; control tokens print as nothing, bytes that are no UTF-8 as U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is outside the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var stream = Stream(atStart: true);
        var text = new StringBuilder();
        foreach (var token in tokens)
        {
            text.Append(stream.Append(token));
        }

        return text.Append(stream.Flush()).ToString();
    }

    /// <summary>Decodes token by token, as they are generated.</summary>
    /// <param name="atStart">Whether the tokens begin a text; otherwise they go on from a prompt that was printed before.</param>
    public TokenStream Stream(bool atStart = false) => new(this, atStart && PrefixesSpace);

    /// <summary>One token for a table: printable, a space shown as <c>▁</c>, bytes that are no text as <c>&lt;0x0A&gt;</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is outside the vocabulary.</exception>
    public string Piece(int id)
    {
        var bytes = Bytes(id);
        if (bytes.Length == 0)
        {
            return Printable(Vocabulary[id].Text);
        }

        return Utf8.IsValid(bytes)
            ? Printable(Encoding.UTF8.GetString(bytes))
            : string.Concat(bytes.ToArray().Select(b => $"<0x{b:X2}>"));
    }

    /// <summary>The bytes that a token prints as.</summary>
    internal ReadOnlySpan<byte> Bytes(int id)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)id, (uint)Vocabulary.Count, nameof(id));
        return Vocabulary.Bytes(id);
    }

    /// <summary>Whether a space that follows this token is one that encoding put there.</summary>
    internal bool RestartsText(int id) => PrefixesEachSpace && _added.Contains(id);

    /// <summary>Tokens of text in which no added token occurs; never empty.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isFirst">Whether it begins the whole text.</param>
    /// <param name="tokens">Receives the tokens.</param>
    private protected abstract void EncodeText(ReadOnlySpan<char> text, bool isFirst, List<int> tokens);

    private void EncodePart(ReadOnlySpan<char> text, bool isFirst, List<int> tokens)
    {
        if (text.Length > 0)
        {
            EncodeText(text, isFirst, tokens);
        }
    }

    private static string Printable(string text) => string.Concat(text.Select(c => c switch
    {
        ' ' => "▁",
        '\n' => "\\n",
        '\t' => "\\t",
        '\r' => "\\r",
        _ when char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator => $"\\u{(int)c:x4}",
        _ => c.ToString(),
    }));
}

/// <summary>Tokens with a role in generation.</summary>
/// <param name="Begin">Begins a text.</param>
/// <param name="End">Ends a text.</param>
/// <param name="Ends">All after which generation stops.</param>
/// <param name="AddsBegin">Whether a prompt gets <paramref name="Begin"/>.</param>
internal sealed record TokenRoles(int? Begin, int? End, IReadOnlySet<int> Ends, bool AddsBegin)
{
    /// <summary>Control tokens that end a turn under these names in published models, whether or not the file says so.</summary>
    private static readonly HashSet<string> _endOfTurn = new(StringComparer.Ordinal)
    {
        "<|eot_id|>", "<|eom_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>",
        "<EOT>", "<｜end▁of▁sentence｜>", "<end_of_utterance>",
    };

    public static TokenRoles Of(Vocabulary vocabulary, int? begin, IEnumerable<int> ends, bool addsBegin)
    {
        var given = ends.ToArray();
        var named = Enumerable.Range(0, vocabulary.Count)
            .Where(id => vocabulary[id].Kind == TokenKind.Control && _endOfTurn.Contains(vocabulary[id].Text));
        return new(begin, given.Length > 0 ? given[0] : null, new SortedSet<int>(given.Concat(named)), addsBegin && begin is not null);
    }
}
