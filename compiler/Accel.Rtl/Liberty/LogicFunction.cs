using System.Diagnostics;
using System.Globalization;

namespace Accel.Rtl.Liberty;

/// <summary>
/// A Boolean expression as Liberty writes it: <c>!a</c>, <c>a'</c>, <c>a ^ b</c>, <c>a &amp; b</c>, <c>a * b</c>, <c>a b</c>, <c>a | b</c>, <c>a + b</c>,
/// <c>0</c>, <c>1</c>; exclusive or binds tighter than and, and tighter than or.
/// </summary>
/// <remarks>Source: Liberty user guide, function attribute of a pin.</remarks>
public sealed class LogicFunction
{
    /// <summary>Deeper brackets and longer texts are no cell's.</summary>
    private const int Deepest = 64;

    private const int Longest = 1 << 16;

    private readonly Term _root;

    private LogicFunction(Term root, IReadOnlyList<string> inputs) => (_root, Inputs) = (root, inputs);

    private enum Kind
    {
        Constant,
        Input,
        Not,
        And,
        Or,
        Xor,
    }

    /// <summary>The names it reads, each once, in the order in which they come.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <exception cref="FormatException">Not such an expression; the message is a noun phrase that says what was found.</exception>
    public static LogicFunction Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > Longest)
        {
            throw new FormatException("an expression that does not end");
        }

        var parser = new Parser(text);
        return new(parser.All(), parser.Names);
    }

    /// <summary>The value for values of its inputs.</summary>
    public bool Evaluate(Func<string, bool> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Of(_root, input);
    }

    /// <summary>The function for 64 assignments at once, a bit each.</summary>
    public ulong Evaluate(Func<string, ulong> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Of(_root, input);
    }

    /// <summary>The function as steps of a stack machine: an input by its place in <see cref="Inputs"/>, else a <see cref="LogicStep"/>; null if it has more steps than allowed.</summary>
    internal int[]? Compile(int mostSteps)
    {
        var program = new List<int>();
        Visit(_root);
        return program.Count <= mostSteps ? [.. program] : null;

        void Visit(Term term)
        {
            if (term.A is { } a)
            {
                Visit(a);
            }

            if (term.B is { } b)
            {
                Visit(b);
            }

            program.Add(term.Kind switch
            {
                Kind.Constant => term.Name == "1" ? LogicStep.One : LogicStep.Zero,
                Kind.Not => LogicStep.Not,
                Kind.And => LogicStep.And,
                Kind.Or => LogicStep.Or,
                Kind.Xor => LogicStep.Xor,
                _ => Inputs.ToList().IndexOf(term.Name),
            });
        }
    }

    /// <summary>As a Verilog expression, with names mapped.</summary>
    public string ToVerilog(Func<string, string> name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Text(_root, name);
    }

    public override string ToString() => ToVerilog(name => name);

    private static bool Of(Term term, Func<string, bool> input) => term.Kind switch
    {
        Kind.Constant => term.Name == "1",
        Kind.Input => input(term.Name),
        Kind.Not => !Of(term.A!, input),
        Kind.And => Of(term.A!, input) & Of(term.B!, input),
        Kind.Or => Of(term.A!, input) | Of(term.B!, input),
        Kind.Xor => Of(term.A!, input) ^ Of(term.B!, input),
        _ => throw new UnreachableException($"{term.Kind}"),
    };

    private static ulong Of(Term term, Func<string, ulong> input) => term.Kind switch
    {
        Kind.Constant => term.Name == "1" ? ulong.MaxValue : 0,
        Kind.Input => input(term.Name),
        Kind.Not => ~Of(term.A!, input),
        Kind.And => Of(term.A!, input) & Of(term.B!, input),
        Kind.Or => Of(term.A!, input) | Of(term.B!, input),
        Kind.Xor => Of(term.A!, input) ^ Of(term.B!, input),
        _ => throw new UnreachableException($"{term.Kind}"),
    };

    private static string Text(Term term, Func<string, string> name) => term.Kind switch
    {
        Kind.Constant => $"1'b{term.Name}",
        Kind.Input => name(term.Name),
        Kind.Not => $"~{Text(term.A!, name)}",
        Kind.And => $"({Text(term.A!, name)} & {Text(term.B!, name)})",
        Kind.Or => $"({Text(term.A!, name)} | {Text(term.B!, name)})",
        Kind.Xor => $"({Text(term.A!, name)} ^ {Text(term.B!, name)})",
        _ => throw new UnreachableException($"{term.Kind}"),
    };

    private sealed record Term(Kind Kind, string Name, Term? A = null, Term? B = null);

    private sealed class Parser(string text)
    {
        private readonly List<string> _names = [];
        private int _next;
        private int _depth;

        public IReadOnlyList<string> Names => _names;

        public Term All()
        {
            var term = Or();
            return _next == text.Length ? term : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{text[_next]}' at character {_next + 1}"));
        }

        private Term Or()
        {
            if (++_depth > Deepest)
            {
                throw new FormatException($"more than {Deepest} brackets in one another");
            }

            var term = And();
            while (At() is '|' or '+')
            {
                _next++;
                term = new(Kind.Or, "", term, And());
            }

            _depth--;
            return term;
        }

        private Term And()
        {
            var term = Xor();
            while (true)
            {
                var c = At();
                if (c is '&' or '*')
                {
                    _next++;
                }
                else if (c is not ('(' or '!') && !IsName(c))
                {
                    return term;
                }

                term = new(Kind.And, "", term, Xor());
            }
        }

        private Term Xor()
        {
            var term = Inverted();
            while (At() == '^')
            {
                _next++;
                term = new(Kind.Xor, "", term, Inverted());
            }

            return term;
        }

        private Term Inverted()
        {
            var inverted = false;
            for (; At() == '!'; _next++)
            {
                inverted = !inverted;
            }

            var term = Primary();
            for (; At() == '\''; _next++)
            {
                inverted = !inverted;
            }

            return inverted ? new(Kind.Not, "", term) : term;
        }

        private Term Primary()
        {
            var c = At();
            if (c == '(')
            {
                _next++;
                var inner = Or();
                return At() == ')' && _next++ >= 0 ? inner : throw new FormatException("a bracket that is not closed");
            }

            var start = _next;
            while (_next < text.Length && IsName(text[_next]))
            {
                _next++;
            }

            if (start == _next)
            {
                throw new FormatException(c == '\0' ? "an expression that ends too soon" : string.Create(CultureInfo.InvariantCulture, $"'{c}' at character {_next + 1}"));
            }

            var name = text[start.._next];
            if (name is "0" or "1")
            {
                return new(Kind.Constant, name);
            }

            if (!_names.Contains(name))
            {
                _names.Add(name);
            }

            return new(Kind.Input, name);
        }

        private char At()
        {
            while (_next < text.Length && char.IsWhiteSpace(text[_next]))
            {
                _next++;
            }

            return _next < text.Length ? text[_next] : '\0';
        }

        private static bool IsName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '[' or ']';
    }
}

/// <summary>Steps of a compiled function that are no inputs.</summary>
internal static class LogicStep
{
    public const int Zero = -1;

    public const int One = -2;

    public const int Not = -3;

    public const int And = -4;

    public const int Or = -5;

    public const int Xor = -6;

    /// <summary>Takes the result to the place that follows.</summary>
    public const int Store = -7;
}
