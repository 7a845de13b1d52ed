using Accel.Core.Diagnostics;

namespace Accel.Rtl.Liberty;

/// <summary>What a statement of a Liberty file is.</summary>
internal enum LibertyStatementKind
{
    /// <summary><c>name : value ;</c></summary>
    Attribute,

    /// <summary><c>name (values) ;</c></summary>
    ComplexAttribute,

    /// <summary><c>name (values) {</c>: what follows stands in it, up to its <see cref="GroupEnd"/>.</summary>
    GroupStart,

    GroupEnd,

    End,
}

/// <param name="Values">Of an attribute one; quoted or not, without the quotes.</param>
/// <param name="Line">Where it begins.</param>
internal readonly record struct LibertyStatement(LibertyStatementKind Kind, string Name, IReadOnlyList<string> Values, int Line)
{
    public string Value => Values.Count > 0 ? Values[0] : "";
}

/// <summary>A Liberty file statement by statement, whatever the names mean.</summary>
/// <param name="file">As errors name it.</param>
/// <param name="reader">Its text.</param>
internal sealed class LibertyScanner(string file, TextReader reader)
{
    /// <summary>Real libraries nest five deep.</summary>
    private const int DeepestGroup = 64;

    private const int MostValues = 1 << 16;

    private readonly LibertyLexer _lexer = new(file, reader);
    private readonly Stack<(string Name, int Line)> _open = new();
    private LibertyToken? _ahead;

    /// <summary>Groups that are open.</summary>
    public int Depth => _open.Count;

    public InputException Fault(int line, string expected, string found) => _lexer.Fault(line, expected, found);

    /// <exception cref="InputException">Not the form of a Liberty file.</exception>
    public LibertyStatement Next()
    {
        var token = Take();
        while (token.Is(';') || token.Kind == LibertyTokenKind.Line)
        {
            token = Take();
        }

        if (token.Kind == LibertyTokenKind.End)
        {
            return _open.TryPeek(out var open)
                ? throw Fault(open.Line, $"the end of group '{open.Name}'", "the end of the file")
                : new(LibertyStatementKind.End, "", [], token.Line);
        }

        if (token.Is('}'))
        {
            return _open.TryPop(out var closed)
                ? new(LibertyStatementKind.GroupEnd, closed.Name, [], token.Line)
                : throw Fault(token.Line, "a group", "'}' without its '{'");
        }

        if (token.Kind is not (LibertyTokenKind.Word or LibertyTokenKind.Text))
        {
            throw Fault(token.Line, "the name of a group or an attribute", $"'{token.Text}'");
        }

        var next = Take();
        return next.Is(':') ? Attribute(token)
            : next.Is('(') ? Call(token)
            : throw Fault(next.Line, $"':' or '(' behind '{token.Text}'", next.Kind is LibertyTokenKind.End or LibertyTokenKind.Line ? "the end of the line" : $"'{next.Text}'");
    }

    /// <summary>Passes by what is left of the group that was just opened.</summary>
    public void SkipGroup()
    {
        for (var depth = Depth; Depth >= depth;)
        {
            Next();
        }
    }

    private LibertyStatement Attribute(LibertyToken name)
    {
        var value = TakeVisible();
        if (value.Kind is not (LibertyTokenKind.Word or LibertyTokenKind.Text) && !value.Is('-'))
        {
            throw Fault(name.Line, $"a value of '{name.Text}'", value.Text.Length > 0 ? $"'{value.Text}'" : "the end of the line");
        }

        // An expression of several words, such as VDD + 0.3, is kept as it stands.
        var text = value.Text;
        var words = 1;
        for (var token = Take(); !token.Is(';') && token.Kind is not (LibertyTokenKind.Line or LibertyTokenKind.End); token = Take())
        {
            if (token.Is('}'))
            {
                _ahead = token;
                break;
            }

            if (token.Is('{') || token.Is(':') || ++words > MostValues)
            {
                throw Fault(token.Line, $"';' behind the value of '{name.Text}'", $"'{token.Text}'");
            }

            text = $"{text} {token.Text}";
        }

        return new(LibertyStatementKind.Attribute, name.Text, [text], name.Line);
    }

    private LibertyStatement Call(LibertyToken name)
    {
        var values = new List<string>();
        for (var token = TakeVisible(); !token.Is(')'); token = TakeVisible())
        {
            if (token.Is(','))
            {
                continue;
            }

            if (token.Kind == LibertyTokenKind.End || token.Is('{') || token.Is('}') || token.Is(';') || values.Count == MostValues)
            {
                throw Fault(name.Line, $"')' behind the values of '{name.Text}'", token.Kind == LibertyTokenKind.End ? "the end of the file" : $"'{token.Text}'");
            }

            values.Add(token.Text);
        }

        var next = Take();
        var end = next;
        while (end.Kind == LibertyTokenKind.Line)
        {
            end = Take();
        }

        if (end.Is('{'))
        {
            if (Depth == DeepestGroup)
            {
                throw Fault(name.Line, $"at most {DeepestGroup} groups in one another", "more");
            }

            _open.Push((name.Text, name.Line));
            return new(LibertyStatementKind.GroupStart, name.Text, values, name.Line);
        }

        if (!end.Is(';'))
        {
            _ahead = end.Is('}') || next.Kind == LibertyTokenKind.Line || end.Kind == LibertyTokenKind.End
                ? end
                : throw Fault(end.Line, $"';' or '{{' behind '{name.Text} (...)'", $"'{end.Text}'");
        }

        return new(LibertyStatementKind.ComplexAttribute, name.Text, values, name.Line);
    }

    private LibertyToken TakeVisible()
    {
        var token = Take();
        while (token.Kind == LibertyTokenKind.Line)
        {
            token = Take();
        }

        return token;
    }

    private LibertyToken Take()
    {
        var token = _ahead ?? _lexer.Next();
        _ahead = null;
        return token;
    }
}
