using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;

namespace Accel.Models.Tokenizers;

/// <summary>llama2.c's tokenizer file: the longest token's length, then for each id a score, a length and the text.</summary>
/// <remarks>Source: karpathy/llama2.c, tokenizer.py (export) and run.c.</remarks>
internal static class Llama2cTokenizer
{
    private const int Unknown = 0;
    private const int Begin = 1;
    private const int End = 2;
    private const int FirstByte = 3;

    public static SentencePieceTokenizer Read(string path, int vocabularySize)
    {
        using var file = MappedFile.Open(path);
        var cursor = new ByteCursor(file);
        var longest = cursor.Read<int>("the length of the longest token");
        if (vocabularySize <= End || vocabularySize > cursor.Remaining / 8)
        {
            throw new InputException(path, "", $"{vocabularySize} tokens", $"{file.Length} bytes, room for at most {cursor.Remaining / 8}");
        }

        var tokens = new Token[vocabularySize];
        for (var id = 0; id < tokens.Length; id++)
        {
            tokens[id] = ReadToken(cursor, file, id, longest);
        }

        if (cursor.Remaining != 0)
        {
            throw cursor.Fault(cursor.Position, $"the end of the file after {vocabularySize} tokens", $"{cursor.Remaining} more bytes");
        }

        var vocabulary = new Vocabulary(path, tokens, SentencePieceTokenizer.Spell);
        var roles = TokenRoles.Of(vocabulary, Begin, [End], addsBegin: true);
        return new(vocabulary, new(vocabulary.Added()), roles, SpacePrefix.Each, merges: null, Unknown);
    }

    private static Token ReadToken(ByteCursor cursor, MappedFile file, int id, int longest)
    {
        var score = cursor.Read<float>($"the score of token {id}");
        var at = cursor.Position;
        var length = cursor.Read<int>($"the length of token {id}");
        if (length < 0 || length > longest || length > cursor.Remaining)
        {
            throw cursor.Fault(at, $"a length of token {id} from 0 to {Math.Min(longest, cursor.Remaining)}", $"{length}");
        }

        var bytes = file.Span(cursor.Position, length);
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
        {
            throw cursor.Fault(cursor.Position, $"token {id} in UTF-8", "invalid UTF-8");
        }

        var text = System.Text.Encoding.UTF8.GetString(bytes);
        cursor.Skip(length, $"token {id}");
        return id switch
        {
            // The export puts line ends around the begin and end tokens, for printing.
            Unknown => new(text, TokenKind.Unknown, score),
            Begin or End => new(text.Trim('\n'), TokenKind.Control, score),
            _ when IsByte(text, id) => new($"<0x{id - FirstByte:X2}>", TokenKind.Byte, score),
            _ => new(text.Replace(' ', SentencePieceTokenizer.Space), TokenKind.Normal, score),
        };
    }

    /// <summary>Tokens 3 to 258 are bytes: by name, or as the character of that number in the format's first form.</summary>
    private static bool IsByte(string text, int id) =>
        id is >= FirstByte and < FirstByte + 256
        && (text is [var c] ? c == id - FirstByte : Vocabulary.TryParseByte(text, out var value) && value == id - FirstByte);
}
