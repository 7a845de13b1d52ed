using System.Text;
using Accel.Core.Diagnostics;

namespace Accel.Models.Tokenizers;

/// <summary>What a token is for; the numbers are those of GGUF's <c>tokenizer.ggml.token_type</c>.</summary>
internal enum TokenKind
{
    /// <summary>A piece that text is made of.</summary>
    Normal = 1,

    /// <summary>Stands for text that no piece covers.</summary>
    Unknown = 2,

    /// <summary>Steers the model and is no text: begin, end, turn.</summary>
    Control = 3,

    /// <summary>A word taken whole wherever it occurs.</summary>
    UserDefined = 4,

    /// <summary>Reserved; behaves as a normal piece that never occurs.</summary>
    Unused = 5,

    /// <summary>One byte, for text that no piece covers.</summary>
    Byte = 6,
}

/// <summary>One token as its file states it.</summary>
/// <param name="Text">Its text in the file's own spelling.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Score">Its merge score, where the tokenizer has scores.</param>
internal readonly record struct Token(string Text, TokenKind Kind, float Score = 0);

/// <summary>All tokens by id, the pieces by text, and the bytes that each prints as.</summary>
internal sealed class Vocabulary
{
    private readonly Token[] _tokens;
    private readonly byte[] _bytes;
    private readonly int[] _byteStart;
    private readonly Dictionary<string, int> _pieces;

    /// <param name="file">The file that errors name.</param>
    /// <param name="tokens">Tokens by id.</param>
    /// <param name="spell">The bytes that a piece stands for.</param>
    /// <exception cref="InputException">Two ids have one text, a score is not finite, or a token cannot be spelt.</exception>
    public Vocabulary(string file, Token[] tokens, Func<Token, byte[]> spell)
    {
        File = file;
        _tokens = tokens;
        _byteStart = new int[tokens.Length + 1];
        _pieces = new(tokens.Length, StringComparer.Ordinal);
        var bytes = new MemoryStream();
        var all = new Dictionary<string, int>(tokens.Length, StringComparer.Ordinal);
        for (var id = 0; id < tokens.Length; id++)
        {
            var token = tokens[id];
            Check(token, id, all);
            if (token.Text.Length > 0 && IsPiece(token.Kind))
            {
                _pieces.Add(token.Text, id);
            }

            bytes.Write(Spell(token, spell));
            _byteStart[id + 1] = checked((int)bytes.Length);
        }

        _bytes = bytes.ToArray();
    }

    /// <summary>The file that the tokens came from.</summary>
    public string File { get; }

    public int Count => _tokens.Length;

    /// <summary>Pieces that text may be made of, by their text in the file's spelling.</summary>
    public Dictionary<string, int> Pieces => _pieces;

    public Token this[int id] => _tokens[id];

    /// <summary>The bytes that a token prints as: none for one that steers.</summary>
    public ReadOnlySpan<byte> Bytes(int id) => _bytes.AsSpan(_byteStart[id]..(_byteStart[id + 1]));

    /// <summary>An id that a file gives for a role, which must be one of ours.</summary>
    public int Require(string key, long id) =>
        id >= 0 && id < Count ? (int)id : throw new InputException(File, key, $"a token id from 0 to {Count - 1}", $"{id}");

    /// <summary>Tokens that are matched in text as they stand, before any splitting.</summary>
    public IEnumerable<AddedToken> Added() => _tokens
        .Select((token, id) => (token, id))
        .Where(pair => pair.token.Text.Length > 0 && pair.token.Kind is TokenKind.Control or TokenKind.UserDefined or TokenKind.Unknown)
        .Select(pair => new AddedToken(pair.token.Text, pair.id));

    /// <summary>The token of each byte, or -1.</summary>
    public int[] ByteTokens()
    {
        var ids = new int[256];
        Array.Fill(ids, -1);
        for (var id = 0; id < Count; id++)
        {
            if (_tokens[id].Kind == TokenKind.Byte)
            {
                ids[Bytes(id)[0]] = id;
            }
        }

        return ids;
    }

    /// <summary>The value of a byte token's text, <c>&lt;0x0A&gt;</c>.</summary>
    public static bool TryParseByte(string text, out byte value)
    {
        value = 0;
        return text is ['<', '0', 'x', _, _, '>']
            && byte.TryParse(text.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out value);
    }

    private static bool IsPiece(TokenKind kind) => kind is TokenKind.Normal or TokenKind.UserDefined or TokenKind.Unused;

    private void Check(Token token, int id, Dictionary<string, int> all)
    {
        if (token.Kind is < TokenKind.Normal or > TokenKind.Byte)
        {
            throw new InputException(File, $"token {id}", "a token type from 1 to 6", $"{(int)token.Kind}");
        }

        if (!float.IsFinite(token.Score))
        {
            throw new InputException(File, $"token {id}", "a finite score", $"{token.Score}");
        }

        // The same text may name a byte and a piece, but not two of either.
        var key = token.Kind == TokenKind.Byte ? "\0" + token.Text : token.Text;
        if (token.Text.Length > 0 && !all.TryAdd(key, id))
        {
            throw new InputException(File, $"token {id}", "a text of its own", $"'{token.Text}', the text of token {all[key]}");
        }
    }

    private static byte[] Spell(Token token, Func<Token, byte[]> spell) => token.Kind switch
    {
        TokenKind.Control or TokenKind.Unknown => [],
        TokenKind.UserDefined => Encoding.UTF8.GetBytes(token.Text),
        _ => spell(token),
    };
}
