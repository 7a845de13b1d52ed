namespace Accel.Rtl.Liberty;

/// <summary>Reads groups of internal power and the templates that they name.</summary>
internal sealed class PowerTableReader(LibertyValues values, LibertyUnits units)
{
    private readonly Dictionary<string, PowerTemplate> _templates = new(StringComparer.Ordinal);

    public InternalPower InternalPower()
    {
        string? related = null;
        LogicFunction? when = null;
        var (rise, fall) = (LookupTable.Single(0), LookupTable.Single(0));
        foreach (var statement in values.Inside())
        {
            switch (statement)
            {
                case { Kind: LibertyStatementKind.Attribute, Name: "related_pin" }:
                    related = statement.Value;
                    break;
                case { Kind: LibertyStatementKind.Attribute, Name: "when" }:
                    when = values.Function(statement);
                    break;
                case { Kind: LibertyStatementKind.GroupStart, Name: "rise_power" }:
                    rise = PowerTable(statement);
                    break;
                case { Kind: LibertyStatementKind.GroupStart, Name: "fall_power" }:
                    fall = PowerTable(statement);
                    break;
                case { Kind: LibertyStatementKind.GroupStart, Name: "power" }:
                    rise = fall = PowerTable(statement);
                    break;
                case { Kind: LibertyStatementKind.GroupStart }:
                    values.Scanner.SkipGroup();
                    break;
            }
        }

        return new(related, when, rise, fall);
    }

    /// <summary>A table of internal power as joules by seconds and farads, in that order whatever the template's.</summary>
    private LookupTable PowerTable(LibertyStatement start)
    {
        var template = _templates.GetValueOrDefault(start.Value) ?? new(["input_transition_time", "total_output_net_capacitance"], [], []);
        var (first, second) = (template.First, template.Second);
        double[]? numbers = null;
        foreach (var statement in values.Inside())
        {
            switch (statement)
            {
                case { Kind: LibertyStatementKind.ComplexAttribute, Name: "index_1" }:
                    first = values.Rising(statement);
                    break;
                case { Kind: LibertyStatementKind.ComplexAttribute, Name: "index_2" }:
                    second = values.Rising(statement);
                    break;
                case { Kind: LibertyStatementKind.ComplexAttribute, Name: "values" }:
                    numbers = values.Numbers(statement);
                    break;
                case { Kind: LibertyStatementKind.GroupStart }:
                    values.Scanner.SkipGroup();
                    break;
            }
        }

        if (start.Value == "scalar" || numbers is [_])
        {
            (first, second) = ([], []);
        }

        var expected = (long)Math.Max(1, first.Length) * Math.Max(1, second.Length);
        if (numbers is null || numbers.Length != expected)
        {
            throw values.Scanner.Fault(start.Line, $"{expected} values in a table of {first.Length} by {second.Length} points", $"{numbers?.Length ?? 0}");
        }

        // Energies are in the unit of a load charged to the unit of voltage.
        var joules = Array.ConvertAll(numbers, value => value * units.Farads * units.Volts * units.Volts);
        return template.IsLoadFirst
            ? new(Times(second, units.Seconds), Times(first, units.Farads), Transposed(joules, Math.Max(1, first.Length), Math.Max(1, second.Length)))
            : new(Times(first, units.Seconds), Times(second, units.Farads), joules);
    }

    /// <summary>Keeps the template that was just opened.</summary>
    public void Template(string name)
    {
        var template = new PowerTemplate(["", ""], [], []);
        foreach (var statement in values.Attributes())
        {
            template = statement.Name switch
            {
                "variable_1" => template with { Variables = [statement.Value, template.Variables[1]] },
                "variable_2" => template with { Variables = [template.Variables[0], statement.Value] },
                "index_1" => template with { First = values.Rising(statement) },
                "index_2" => template with { Second = values.Rising(statement) },
                _ => template,
            };
        }

        _templates[name] = template;
    }

    private static double[] Times(double[] values, double factor) => Array.ConvertAll(values, value => value * factor);

    private static double[] Transposed(double[] values, int rows, int columns)
    {
        var turned = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            turned[(i % columns * rows) + (i / columns)] = values[i];
        }

        return turned;
    }

    private sealed record PowerTemplate(string[] Variables, double[] First, double[] Second)
    {
        public bool IsLoadFirst => Variables[0].Contains("capacitance", StringComparison.Ordinal);
    }
}
