namespace Accel.Rtl.Liberty;

/// <summary>Reads a cell's group.</summary>
internal sealed class CellReader(LibertyValues values, LibertyUnits units, PowerTableReader power)
{
    public LibertyCell Cell(LibertyStatement start)
    {
        var pins = new List<LibertyPin>();
        var states = new List<LibertyState>();
        var (area, leakage, hasTable, setAside) = (0.0, double.NaN, false, false);
        var (leakages, leakageSum) = (0, 0.0);
        foreach (var statement in values.Inside())
        {
            switch (statement)
            {
                case { Kind: LibertyStatementKind.Attribute, Name: "area" }:
                    area = values.Number(statement, 0, 1e12);
                    break;
                case { Kind: LibertyStatementKind.Attribute, Name: "cell_leakage_power" }:
                    leakage = values.Number(statement, -1e12, 1e12);
                    break;
                case { Kind: LibertyStatementKind.Attribute, Name: "dont_use" or "is_isolation_cell" or "is_level_shifter" or "always_on" or "retention_cell" or "is_macro_cell" or "switch_cell_type" }:
                    setAside |= statement.Value != "false";
                    break;
                case { Kind: LibertyStatementKind.Attribute or LibertyStatementKind.ComplexAttribute }:
                    break;
                case { Name: "pin" }:
                    pins.AddRange(Pins(statement));
                    break;
                case { Name: "ff" or "latch" }:
                    states.Add(State(statement));
                    break;
                case { Name: "statetable" }:
                    hasTable = true;
                    values.Scanner.SkipGroup();
                    break;
                case { Name: "pg_pin" }:
                    setAside |= values.Attributes().Any(inner => inner is { Name: "pg_type", Value: "backup_power" or "internal_power" or "backup_ground" or "internal_ground" });
                    break;
                case { Name: "leakage_power" }:
                    foreach (var value in values.Attributes().Where(inner => inner.Name == "value"))
                    {
                        (leakages, leakageSum) = (leakages + 1, leakageSum + values.Number(value, -1e12, 1e12));
                    }

                    break;
                case { Name: "bus" or "bundle" or "ff_bank" or "latch_bank" }:
                    // Words of pins belong to macros; they are kept as cells without functions.
                    setAside = true;
                    values.Scanner.SkipGroup();
                    break;
                default:
                    values.Scanner.SkipGroup();
                    break;
            }
        }

        return new()
        {
            Name = start.Value,
            Area = area,
            LeakageWatts = units.Watts * (double.IsNaN(leakage) ? leakageSum / Math.Max(1, leakages) : leakage),
            IsSetAside = setAside || start.Value.Contains("lpflow", StringComparison.Ordinal),
            HasStateTable = hasTable,
            Pins = pins,
            States = states,
        };
    }

    private IEnumerable<LibertyPin> Pins(LibertyStatement start)
    {
        var pin = new LibertyPin { Name = "", Direction = PinDirection.Internal, CapacitanceFarads = 0, Function = null, ThreeState = null, IsClock = false, InternalPower = [] };
        var powers = new List<InternalPower>();
        foreach (var statement in values.Inside())
        {
            switch (statement)
            {
                case { Kind: LibertyStatementKind.Attribute, Name: "direction" }:
                    pin = pin with
                    {
                        Direction = statement.Value switch
                        {
                            "input" => PinDirection.Input,
                            "output" => PinDirection.Output,
                            "inout" => PinDirection.Inout,
                            "internal" => PinDirection.Internal,
                            _ => throw values.Scanner.Fault(statement.Line, "direction input, output, inout or internal", $"'{statement.Value}'"),
                        },
                    };
                    break;
                case { Kind: LibertyStatementKind.Attribute, Name: "capacitance" }:
                    pin = pin with { CapacitanceFarads = values.Number(statement, -1e9, 1e9) * units.Farads };
                    break;
                case { Kind: LibertyStatementKind.Attribute, Name: "function" }:
                    pin = pin with { Function = values.Function(statement) };
                    break;
                case { Kind: LibertyStatementKind.Attribute, Name: "three_state" }:
                    pin = pin with { ThreeState = values.Function(statement) };
                    break;
                case { Kind: LibertyStatementKind.Attribute, Name: "clock" }:
                    pin = pin with { IsClock = statement.Value == "true" };
                    break;
                case { Kind: LibertyStatementKind.GroupStart, Name: "internal_power" }:
                    powers.Add(power.InternalPower());
                    break;
                case { Kind: LibertyStatementKind.GroupStart }:
                    values.Scanner.SkipGroup();
                    break;
            }
        }

        if (start.Values.Count == 0)
        {
            throw values.Scanner.Fault(start.Line, "pin (NAME)", "no name");
        }

        return start.Values.Select(name => pin with { Name = name, InternalPower = powers });
    }

    private LibertyState State(LibertyStatement start)
    {
        if (start.Values.Count < 2)
        {
            throw values.Scanner.Fault(start.Line, $"{start.Name} (VARIABLE, INVERSE)", $"{start.Values.Count} names");
        }

        var isLatch = start.Name == "latch";
        var state = new LibertyState(start.Values[0], start.Values[1], isLatch, null, null, null, null, 'X', 'X');
        foreach (var statement in values.Attributes())
        {
            state = statement.Name switch
            {
                "clocked_on" when !isLatch => state with { Clock = values.Function(statement) },
                "next_state" when !isLatch => state with { Data = values.Function(statement) },
                "enable" when isLatch => state with { Clock = values.Function(statement) },
                "data_in" when isLatch => state with { Data = values.Function(statement) },
                "clear" => state with { Clear = values.Function(statement) },
                "preset" => state with { Preset = values.Function(statement) },
                "clear_preset_var1" => state with { BothVariable = Both(statement) },
                "clear_preset_var2" => state with { BothInverse = Both(statement) },
                _ => state,
            };
        }

        return isLatch || state is { Clock: not null, Data: not null }
            ? state
            : throw values.Scanner.Fault(start.Line, "a flip-flop with clocked_on and next_state", "one without");
    }

    private char Both(LibertyStatement statement) =>
        statement.Value is [('L' or 'H' or 'N' or 'T' or 'X') and var letter] ? letter : throw values.Scanner.Fault(statement.Line, "L, H, N, T or X", $"'{statement.Value}'");
}
