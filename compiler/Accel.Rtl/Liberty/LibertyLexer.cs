using System.Text;
using Accel.Core.Diagnostics;

namespace Accel.Rtl.Liberty;

/// <summary>Cuts a Liberty file into words as it is read: memory does not grow with the file.</summary>
/// <param name="file">As errors name it.</param>
/// <param name="reader">Its text.</param>
internal sealed class LibertyLexer(string file, TextReader reader)
{
    /// <summary>Longer words and quoted texts are taken for damage; tables of real libraries have a few thousand characters.</summary>
    private const int LongestWord = 1 << 20;

    private const string Marks = "(){}:;,+-*/=";

    private readonly StringBuilder _word = new();
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _known = new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly char[] _buffer = new char[1 << 14];
    private int _filled;
    private int _next;
    private int _line = 1;
    private bool _holds;

    public int Line => _line;

    public InputException Fault(int line, string expected, string found) => new(file, $"line {line}", expected, found);

    /// <summary>The next word; after the last, <see cref="LibertyTokenKind.End"/> again and again.</summary>
    public LibertyToken Next()
    {
        while (true)
        {
            var c = Peek(0);
            switch (c)
            {
                case -1:
                    return new(LibertyTokenKind.End, "", _line);
                case '\n':
                    _next++;
                    _line++;
                    if (_holds)
                    {
                        _holds = false;
                        return new(LibertyTokenKind.Line, "", _line - 1);
                    }

                    break;
                case '\\' when Peek(1) == '\n' || (Peek(1) == '\r' && Peek(2) == '\n'):
                    // A line that goes on.
                    _next += Peek(1) == '\n' ? 2 : 3;
                    _line++;
                    break;
                case '/' when Peek(1) == '*':
                    SkipComment();
                    break;
                case '/' when Peek(1) == '/':
                    while (Peek(0) is not (-1 or '\n'))
                    {
                        _next++;
                    }

                    break;
                case '"':
                    _holds = true;
                    return Quoted();
                case '\0':
                    throw Fault(_line, "a text file", "a byte that is 0");
                default:
                    if (char.IsWhiteSpace((char)c))
                    {
                        _next++;
                        break;
                    }

                    _holds = true;
                    return Marks.Contains((char)c) && !IsNumber(c) ? Mark() : Word();
            }
        }
    }

    /// <summary>Whether a sign belongs to the number behind it.</summary>
    private bool IsNumber(int c) => c is '+' or '-' && (char.IsAsciiDigit((char)Math.Max(0, Peek(1))) || Peek(1) == '.');

    private LibertyToken Mark()
    {
        var c = _buffer[_next++];
        return new(LibertyTokenKind.Mark, c switch { '(' => "(", ')' => ")", '{' => "{", '}' => "}", ':' => ":", ';' => ";", ',' => ",", _ => c.ToString() }, _line);
    }

    private LibertyToken Word()
    {
        _word.Clear();
        do
        {
            Append(_buffer[_next++], _line, "a name or a number");
        }
        while (Peek(0) is var c and not -1 && !char.IsWhiteSpace((char)c) && c is not ('"' or '\0') && (!Marks.Contains((char)c) || IsExponent(c)));
        return new(LibertyTokenKind.Word, Kept(), _line);
    }

    /// <summary>The sign within <c>1.5e-03</c>.</summary>
    private bool IsExponent(int c) => c is '+' or '-' && _word[^1] is 'e' or 'E' && (char.IsAsciiDigit(_word[0]) || _word[0] is '.' or '-' or '+');

    private LibertyToken Quoted()
    {
        var line = _line;
        _next++;
        _word.Clear();
        while (true)
        {
            var c = Peek(0);
            switch (c)
            {
                case -1 or '\0':
                    throw Fault(line, "the end of a quoted text", c == 0 ? "a byte that is 0" : "the end of the file");
                case '"':
                    _next++;
                    return new(LibertyTokenKind.Text, Kept(), line);
                case '\\' when Peek(1) is '\n' or '\r':
                    _next++;
                    break;
                case '\n':
                    _next++;
                    _line++;
                    Append(' ', line, "the end of a quoted text");
                    break;
                default:
                    Append((char)c, line, "the end of a quoted text");
                    _next++;
                    break;
            }
        }
    }

    private void SkipComment()
    {
        var line = _line;
        _next += 2;
        while (!(Peek(0) == '*' && Peek(1) == '/'))
        {
            switch (Peek(0))
            {
                case -1:
                    throw Fault(line, "the end of a comment", "the end of the file");
                case '\n':
                    _line++;
                    break;
            }

            _next++;
        }

        _next += 2;
    }

    private void Append(char c, int line, string expected)
    {
        if (_word.Length == LongestWord)
        {
            throw Fault(line, $"{expected} of at most {LongestWord} characters", "more");
        }

        _word.Append(c);
    }

    /// <summary>The word as a text; short ones, which come again and again, are kept once.</summary>
    private string Kept()
    {
        const int Short = 40;
        const int MostKept = 1 << 14;
        if (_word.Length > Short)
        {
            return _word.ToString();
        }

        Span<char> characters = stackalloc char[Short];
        characters = characters[.._word.Length];
        _word.CopyTo(0, characters, characters.Length);
        if (_known.TryGetValue(characters, out var text))
        {
            return text;
        }

        text = characters.ToString();
        if (_known.Dictionary.Count < MostKept)
        {
            _known.Dictionary.Add(text, text);
        }

        return text;
    }

    /// <summary>A character ahead; -1 behind the end.</summary>
    private int Peek(int ahead)
    {
        while (_next + ahead >= _filled)
        {
            // What is left moves to the front.
            var left = Math.Max(0, _filled - _next);
            Array.Copy(_buffer, _next, _buffer, 0, left);
            _next = 0;
            var read = reader.Read(_buffer, left, _buffer.Length - left);
            _filled = left + read;
            if (read == 0)
            {
                return -1;
            }
        }

        return _buffer[_next + ahead];
    }
}
