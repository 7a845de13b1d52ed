using Accel.Core.Diagnostics;

namespace Accel.Graph.Text;

internal enum TokenKind
{
    Word,
    Number,
    Symbol,
    End,
}

internal readonly record struct Token(TokenKind Kind, string Text, int Line, int Column);

/// <summary>Cuts the text form of a graph into words, numbers and symbols; <c>#</c> starts a comment.</summary>
internal sealed class GraphLexer(string file, string text)
{
    private int _at;
    private int _line = 1;
    private int _lineStart;

    public Token Next()
    {
        SkipBlanks();
        var (line, column, start) = (_line, _at - _lineStart + 1, _at);
        if (_at == text.Length)
        {
            return new(TokenKind.End, "end of file", line, column);
        }

        var first = text[_at];
        if (char.IsAsciiLetter(first) || first == '_')
        {
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '.' or '-'))
            {
                _at++;
            }

            return new(TokenKind.Word, text[start.._at], line, column);
        }

        if (char.IsAsciiDigit(first) || first == '-')
        {
            _at++;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '.' || (text[_at] is '-' or '+' && text[_at - 1] is 'e' or 'E')))
            {
                _at++;
            }

            return new(TokenKind.Number, text[start.._at], line, column);
        }

        _at++;
        return "{}()[]=:,".Contains(first, StringComparison.Ordinal)
            ? new(TokenKind.Symbol, first.ToString(), line, column)
            : throw new InputException(file, $"{line}:{column}", "a word, a number or one of { } ( ) [ ] = : ,", $"'{first}'");
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && (char.IsWhiteSpace(text[_at]) || text[_at] == '#'))
        {
            if (text[_at] == '#')
            {
                while (_at < text.Length && text[_at] != '\n')
                {
                    _at++;
                }

                continue;
            }

            if (text[_at] == '\n')
            {
                _line++;
                _lineStart = _at + 1;
            }

            _at++;
        }
    }
}
