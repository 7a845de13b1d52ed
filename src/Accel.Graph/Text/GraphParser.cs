using System.Globalization;
using Accel.Core.Diagnostics;

namespace Accel.Graph.Text;

/// <summary>Reads the text form of a graph. Types are written and inferred; both must agree.</summary>
public sealed class GraphParser
{
    private readonly string _file;
    private readonly GraphLexer _lexer;
    private Token _token;

    private GraphParser(string file, string text)
    {
        _file = file;
        _lexer = new(file, text);
        _token = _lexer.Next();
    }

    /// <summary>Parses one graph.</summary>
    /// <exception cref="InputException">Text that is no graph, with line and column.</exception>
    public static ModelGraph Parse(string file, string text) => new GraphParser(file, text).ParseGraph();

    private ModelGraph ParseGraph()
    {
        ExpectWord("graph");
        var builder = new GraphBuilder(TakeWord("the graph's name"));
        Expect("{");
        while (!(_token is { Kind: TokenKind.Symbol, Text: "}" }))
        {
            var start = _token;
            try
            {
                ParseStatement(builder);
            }
            catch (IrException e)
            {
                throw new InputException(_file, $"{start.Line}:{start.Column}: {e.Subject}: {e.Field}", e.Expected, e.Found);
            }
        }

        var end = _token;
        Expect("}");
        if (_token.Kind != TokenKind.End)
        {
            throw Fault("the end of the file");
        }

        try
        {
            return builder.Build();
        }
        catch (IrException e)
        {
            throw new InputException(_file, $"{end.Line}:{end.Column}: {e.Subject}: {e.Field}", e.Expected, e.Found);
        }
    }

    private void ParseStatement(GraphBuilder builder)
    {
        var word = TakeWord("a statement");
        switch (word)
        {
            case "input" when _token.Kind == TokenKind.Word:
                builder.Input(TakeName(), TakeType());
                return;
            case "parameter" when _token.Kind == TokenKind.Word:
                builder.Parameter(TakeName(), TakeType());
                return;
            case "state" when _token.Kind == TokenKind.Word:
                ParseState(builder);
                return;
            case "next" when _token.Kind == TokenKind.Word:
                var state = TakeValue(builder);
                Expect("=");
                builder.Next(state, TakeValue(builder));
                return;
            case "output" when _token.Kind == TokenKind.Word:
                var name = TakeWord("the output's name");
                Expect("=");
                builder.Output(name, TakeValue(builder));
                return;
            default:
                ParseNode(builder, word);
                return;
        }
    }

    private void ParseState(GraphBuilder builder)
    {
        var name = TakeName();
        var at = _token;
        var word = TakeWord("a kind of state");
        var kind = Enum.GetValues<StateKind>().Where(candidate => OpAttributes.Word(candidate) == word).Cast<StateKind?>().FirstOrDefault()
            ?? throw new InputException(_file, $"{at.Line}:{at.Column}", "one of " + string.Join(", ", Enum.GetValues<StateKind>().Select(OpAttributes.Word)), $"'{word}'");
        var typeAt = _token;
        var type = TakeType();
        if (type.Element != ElementType.F32)
        {
            throw new InputException(_file, $"{typeAt.Line}:{typeAt.Column}", "a state of f32", type.ToString());
        }

        builder.State(name, kind, [.. type.Shape.Dims]);
    }

    private void ParseNode(GraphBuilder builder, string firstResult)
    {
        var results = new List<string> { firstResult };
        while (Skip(","))
        {
            results.Add(TakeWord("a result's name"));
        }

        Expect("=");
        var at = _token;
        var mnemonic = TakeWord("an op");
        var entry = OpCatalogue.All.FirstOrDefault(candidate => candidate.Mnemonic == mnemonic)
            ?? throw new InputException(
                _file, $"{at.Line}:{at.Column}", "a known op", $"'{mnemonic}'" + Suggestion.Phrase(mnemonic, OpCatalogue.All.Select(known => known.Mnemonic)));
        Expect("(");
        var operands = new List<Value>();
        while (!Skip(")"))
        {
            if (operands.Count > 0)
            {
                Expect(",");
            }

            operands.Add(TakeValue(builder));
        }

        var attributes = new OpAttributes(mnemonic, TakeAttributes());
        var op = entry.Read(attributes);
        attributes.RequireAllRead();
        var values = builder.Add(results.ToArray(), op, [.. operands]);
        Expect(":");
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
            {
                Expect(",");
            }

            var typeAt = _token;
            var type = TakeType();
            if (type != values[i].Type)
            {
                throw new InputException(_file, $"{typeAt.Line}:{typeAt.Column}", $"{values[i].Type} as {mnemonic} gives", type.ToString());
            }
        }
    }

    private Dictionary<string, object> TakeAttributes()
    {
        var attributes = new Dictionary<string, object>(StringComparer.Ordinal);
        if (!Skip("{"))
        {
            return attributes;
        }

        while (!Skip("}"))
        {
            if (attributes.Count > 0)
            {
                Expect(",");
            }

            var at = _token;
            var name = TakeWord("an attribute");
            Expect("=");
            if (!attributes.TryAdd(name, TakeAttributeValue()))
            {
                throw new InputException(_file, $"{at.Line}:{at.Column}", "each attribute once", $"'{name}' again");
            }
        }

        return attributes;
    }

    private object TakeAttributeValue()
    {
        if (!Skip("["))
        {
            return TakeScalar();
        }

        var items = new List<object>();
        while (!Skip("]"))
        {
            if (items.Count > 0)
            {
                Expect(",");
            }

            items.Add(_token.Kind == TokenKind.Number || _token is { Kind: TokenKind.Word, Text: "inf" } ? TakeScalar() : throw Fault("a number"));
        }

        return items.All(item => item is long) ? items.Cast<long>().ToArray() : items.Select(item => item is long i ? i : (double)item).ToArray();
    }

    private object TakeScalar()
    {
        var token = _token;
        if (token.Kind is not (TokenKind.Word or TokenKind.Number))
        {
            throw Fault("a value");
        }

        _token = _lexer.Next();
        if (token.Kind == TokenKind.Word)
        {
            return token.Text switch { "true" => true, "false" => false, "inf" => double.PositiveInfinity, _ => token.Text };
        }

        if (token.Text == "-inf")
        {
            return double.NegativeInfinity;
        }

        // Minus zero is a float: a whole number would lose its sign.
        if (token.Text != "-0" && long.TryParse(token.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return integer;
        }

        return double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InputException(_file, $"{token.Line}:{token.Column}", "a number", $"'{token.Text}'");
    }

    private TensorType TakeType()
    {
        var at = _token;
        var element = TakeWord("a type") switch
        {
            "f32" => ElementType.F32,
            "i32" => ElementType.I32,
            var other => throw new InputException(_file, $"{at.Line}:{at.Column}", "f32 or i32", $"'{other}'"),
        };
        Expect("[");
        var dims = new List<Dim>();
        while (!Skip("]"))
        {
            if (dims.Count > 0)
            {
                Expect(",");
            }

            var token = _token;
            _token = _lexer.Next();
            dims.Add(token.Kind switch
            {
                TokenKind.Word when token.Text is "T" or "C" or "S" => Dim.Of(token.Text),
                TokenKind.Number when long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var extent) => extent,
                _ => throw new InputException(_file, $"{token.Line}:{token.Column}", "an extent or one of T, C, S", $"'{token.Text}'"),
            });
        }

        return new(element, new Shape(dims.ToArray()));
    }

    private Value TakeValue(GraphBuilder builder)
    {
        var at = _token;
        var name = TakeWord("a value");
        return builder.TryFind(name, out var value)
            ? value
            : throw new InputException(_file, $"{at.Line}:{at.Column}", "a value defined before", $"'{name}'");
    }

    /// <summary>A declared name and the colon behind it.</summary>
    private string TakeName()
    {
        var name = TakeWord("a name");
        Expect(":");
        return name;
    }

    private string TakeWord(string what)
    {
        var token = _token.Kind == TokenKind.Word ? _token : throw Fault(what);
        _token = _lexer.Next();
        return token.Text;
    }

    private void ExpectWord(string word)
    {
        if (_token.Kind != TokenKind.Word || _token.Text != word)
        {
            throw Fault($"'{word}'");
        }

        _token = _lexer.Next();
    }

    private void Expect(string symbol)
    {
        if (!Skip(symbol))
        {
            throw Fault($"'{symbol}'");
        }
    }

    private bool Skip(string symbol)
    {
        if (_token.Kind != TokenKind.Symbol || _token.Text != symbol)
        {
            return false;
        }

        _token = _lexer.Next();
        return true;
    }

    private InputException Fault(string expected) =>
        new(_file, $"{_token.Line}:{_token.Column}", expected, _token.Kind == TokenKind.End ? _token.Text : $"'{_token.Text}'");
}
