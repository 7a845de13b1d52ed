using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace Accel.Cli;

/// <summary>Where a verb writes: results, and beside them errors and progress. Tables are plain text when output is not a terminal.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    private const int PlainWidth = 140;

    private static readonly JsonWriterOptions _indented = new() { Indented = true };

    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>Writes one JSON object.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, _indented))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        Output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>A name from a file, fit for a terminal: control characters are escaped.</summary>
    public static string Shown(string name) => string.Concat(name.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));

    /// <summary>A table; the first column is to the left, the others to the right unless named otherwise.</summary>
    public void WriteTable(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows, params ReadOnlySpan<int> leftColumns)
    {
        var table = new Table { Border = TableBorder.Simple };
        for (var i = 0; i < headings.Count; i++)
        {
            var column = new TableColumn(Markup.Escape(headings[i]));
            table.AddColumn(i == 0 || leftColumns.Contains(i) ? column.LeftAligned() : column.RightAligned());
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => new Text(Shown(cell)))]);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(Output) });
        console.Profile.Width = Console.IsOutputRedirected ? PlainWidth : Math.Max(40, Console.WindowWidth);
        console.Write(table);
    }
}
