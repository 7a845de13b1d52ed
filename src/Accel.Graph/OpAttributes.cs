using System.Text;
using Accel.Graph.Text;

namespace Accel.Graph;

/// <summary>Reads an op's attributes from the text form: typed, with a clear error for what is missing, misspelt or left over.</summary>
public sealed class OpAttributes(string mnemonic, IReadOnlyDictionary<string, object> values)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>An enum member as it prints: snake case.</summary>
    public static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum
    {
        var text = new StringBuilder();
        foreach (var c in value.ToString())
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    public double Number(string name, double? fallback = null) => Get(name) switch
    {
        double number => number,
        long integer => integer,
        null => fallback ?? throw Missing(name),
        var other => throw Wrong(name, "a number", other),
    };

    public long Integer(string name, long? fallback = null) => Get(name) switch
    {
        long integer => integer,
        null => fallback ?? throw Missing(name),
        var other => throw Wrong(name, "a whole number", other),
    };

    public bool Flag(string name, bool fallback = false) => Get(name) switch
    {
        bool flag => flag,
        null => fallback,
        var other => throw Wrong(name, "true or false", other),
    };

    public long[] Integers(string name) => Get(name) switch
    {
        long[] integers => integers,
        null => throw Missing(name),
        var other => throw Wrong(name, "a list of whole numbers", other),
    };

    public double[] Numbers(string name) => Get(name) switch
    {
        double[] numbers => numbers,
        long[] integers => [.. integers.Select(i => (double)i)],
        null => throw Missing(name),
        var other => throw Wrong(name, "a list of numbers", other),
    };

    public TEnum Choice<TEnum>(string name, TEnum? fallback = null)
        where TEnum : struct, Enum
    {
        if (Get(name) is not { } value)
        {
            return fallback ?? throw Missing(name);
        }

        foreach (var member in Enum.GetValues<TEnum>())
        {
            if (value is string word && Word(member) == word)
            {
                return member;
            }
        }

        throw Wrong(name, "one of " + string.Join(", ", Enum.GetValues<TEnum>().Select(Word)), value);
    }

    /// <summary>Fails if an attribute was given that the op does not have.</summary>
    public void RequireAllRead()
    {
        foreach (var name in values.Keys.Where(name => !_read.Contains(name)))
        {
            throw new IrException(mnemonic, "attribute", _read.Count == 0 ? "none" : "one of " + string.Join(", ", _read.Order(StringComparer.Ordinal)), name);
        }
    }

    private object? Get(string name)
    {
        _read.Add(name);
        return values.GetValueOrDefault(name);
    }

    private IrException Missing(string name) => new(mnemonic, name, "an attribute of that name", "none");

    private IrException Wrong(string name, string expected, object found) => new(mnemonic, name, expected, GraphPrinter.Print(found));
}
