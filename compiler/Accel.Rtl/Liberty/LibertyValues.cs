using System.Globalization;
using Accel.Core.Diagnostics;

namespace Accel.Rtl.Liberty;

/// <summary>What statements of a Liberty file hold: numbers, units, functions; each fault with its line.</summary>
internal sealed class LibertyValues(LibertyScanner scanner)
{
    public LibertyScanner Scanner { get; } = scanner;

    public LogicFunction Function(LibertyStatement statement)
    {
        try
        {
            return LogicFunction.Parse(statement.Value);
        }
        catch (FormatException e)
        {
            throw Scanner.Fault(statement.Line, $"a Boolean expression as {statement.Name}", e.Message);
        }
    }

    public double[] Rising(LibertyStatement statement)
    {
        var numbers = Numbers(statement);
        for (var i = 1; i < numbers.Length; i++)
        {
            if (!(numbers[i] > numbers[i - 1]))
            {
                throw Scanner.Fault(statement.Line, $"rising numbers in {statement.Name}", $"{numbers[i]} behind {numbers[i - 1]}");
            }
        }

        return numbers;
    }

    public double[] Numbers(LibertyStatement statement) =>
        [.. statement.Values.SelectMany(value => value.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(value => Parse(statement, value, -1e30, 1e30))];

    public double Number(LibertyStatement statement, double least, double most) => Parse(statement, statement.Value, least, most);

    public double Parse(LibertyStatement statement, string text, double least, double most) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Scanner.Fault(statement.Line, $"a number from {least.ToString(CultureInfo.InvariantCulture)} to {most.ToString(CultureInfo.InvariantCulture)} as {statement.Name}", $"'{text}'");

    /// <summary>A unit such as <c>1ns</c>.</summary>
    public double Scaled(LibertyStatement statement, string unit)
    {
        var digits = statement.Value.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        return Parse(statement, statement.Value[..digits], 1e-6, 1e6) * Prefix(statement, statement.Value[digits..].Trim(), unit);
    }

    public double Prefix(LibertyStatement statement, string text, string unit)
    {
        var scale = text.EndsWith(unit, StringComparison.OrdinalIgnoreCase) ? text[..^unit.Length] : "?";
        return scale switch
        {
            "" => 1,
            "m" => 1e-3,
            "u" => 1e-6,
            "n" => 1e-9,
            "p" or "P" => 1e-12,
            "f" or "F" => 1e-15,
            _ => throw Scanner.Fault(statement.Line, $"a unit of {unit} as {statement.Name}", $"'{text}'"),
        };
    }

    public string Named(LibertyStatement group) => group.Values.Count == 1 && group.Value.Length > 0 ? group.Value : throw Scanner.Fault(group.Line, $"{group.Name} (NAME)", $"{group.Values.Count} names");

    /// <summary>The statements of the group that was just opened; the caller must take or skip each group among them.</summary>
    public IEnumerable<LibertyStatement> Inside()
    {
        for (var statement = Scanner.Next(); statement.Kind != LibertyStatementKind.GroupEnd; statement = Scanner.Next())
        {
            yield return statement;
        }
    }

    /// <summary>The attributes of the group that was just opened; groups in it are passed by.</summary>
    public List<LibertyStatement> Attributes()
    {
        var attributes = new List<LibertyStatement>();
        foreach (var statement in Inside())
        {
            if (statement.Kind == LibertyStatementKind.GroupStart)
            {
                Scanner.SkipGroup();
            }
            else
            {
                attributes.Add(statement);
            }
        }

        return attributes;
    }
}
