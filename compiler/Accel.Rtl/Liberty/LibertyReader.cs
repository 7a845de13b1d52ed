using System.Globalization;
using System.IO.Compression;
using Accel.Core.Diagnostics;

namespace Accel.Rtl.Liberty;

/// <summary>Reads a Liberty file: cells with areas, pins, functions, states, capacitances, leakage and internal power.</summary>
public static class LibertyReader
{
    private const int MostCells = 1 << 17;

    /// <summary>Reads a file, packed by gzip or not.</summary>
    /// <exception cref="InputException">No such file, or not a library.</exception>
    public static LibertyLibrary ReadFile(string path)
    {
        using var text = Open(path);
        return Read(path, text);
    }

    /// <param name="file">As errors name it.</param>
    /// <param name="text">The library's text.</param>
    /// <exception cref="InputException">Not a library; the message has the line.</exception>
    public static LibertyLibrary Read(string file, TextReader text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return new Reading(file, new(new(file, text))).Library();
        }
        catch (InvalidDataException e)
        {
            throw new InputException(file, "", "a whole gzip file", e.Message);
        }
    }

    /// <summary>The text of a file, unpacked where it is packed.</summary>
    /// <exception cref="InputException">It cannot be opened.</exception>
    internal static StreamReader Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException(path, "", "a Liberty file, packed by gzip or not", Directory.Exists(path) ? "a folder" : "no such file");
        }

        try
        {
            var stream = File.OpenRead(path);
            var isPacked = stream.CanSeek && stream.ReadByte() == 0x1f && stream.ReadByte() == 0x8b;
            stream.Position = 0;
            return new(isPacked ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InputException(path, "", "a file that can be read", e.Message);
        }
    }

    private sealed class Reading(string file, LibertyValues values)
    {
        private readonly LibertyUnits _units = new();
        private double _supply = double.NaN;

        public LibertyLibrary Library()
        {
            var power = new PowerTableReader(values, _units);
            var reader = new CellReader(values, _units, power);
            var start = values.Scanner.Next();
            if (start is not { Kind: LibertyStatementKind.GroupStart, Name: "library" })
            {
                throw values.Scanner.Fault(start.Line, "library (NAME) { ... }", start.Kind == LibertyStatementKind.End ? "the end of the file" : $"'{start.Name}'");
            }

            var cells = new SortedDictionary<string, LibertyCell>(StringComparer.Ordinal);
            foreach (var statement in values.Inside())
            {
                switch (statement)
                {
                    case { Kind: LibertyStatementKind.Attribute or LibertyStatementKind.ComplexAttribute }:
                        Unit(statement);
                        break;
                    case { Name: "power_lut_template" }:
                        power.Template(statement.Value);
                        break;
                    case { Name: "operating_conditions" }:
                        foreach (var inner in values.Attributes().Where(inner => inner.Name == "voltage"))
                        {
                            _supply = double.IsNaN(_supply) ? values.Number(inner, 0, 1000) : _supply;
                        }

                        break;
                    case { Name: "cell" }:
                        if (cells.Count == MostCells || !cells.TryAdd(values.Named(statement), reader.Cell(statement)))
                        {
                            throw values.Scanner.Fault(statement.Line, cells.Count == MostCells ? $"at most {MostCells} cells" : "each cell once", $"'{statement.Value}'{(cells.Count == MostCells ? "" : " again")}");
                        }

                        break;
                    default:
                        values.Scanner.SkipGroup();
                        break;
                }
            }

            return cells.Count > 0
                ? new() { File = file, Name = start.Value, Volts = double.IsNaN(_supply) ? _units.Volts : _supply * _units.Volts, TimeUnitSeconds = _units.Seconds, Cells = cells }
                : throw new InputException(file, "", "a library with cells", "none");
        }

        private void Unit(LibertyStatement statement)
        {
            switch (statement.Name)
            {
                case "time_unit":
                    _units.Seconds = values.Scaled(statement, "s");
                    break;
                case "voltage_unit":
                    _units.Volts = values.Scaled(statement, "V");
                    break;
                case "leakage_power_unit":
                    _units.Watts = values.Scaled(statement, "W");
                    break;
                case "nom_voltage":
                    _supply = values.Number(statement, 0, 1000);
                    break;
                case "capacitive_load_unit":
                    if (statement.Values.Count != 2)
                    {
                        throw values.Scanner.Fault(statement.Line, "capacitive_load_unit (NUMBER, pf or ff)", $"{statement.Values.Count} values");
                    }

                    _units.Farads = values.Parse(statement, statement.Values[0], 1e-6, 1e6) * values.Prefix(statement, statement.Values[1], "f");
                    break;
            }
        }

    }
}
