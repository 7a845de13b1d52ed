using System.Text;
using System.Text.Json;
using Accel.Report.Charts;

namespace Accel.Report.Page;

/// <summary>The numbers of all charts as JSON that can stand in a page: by chart, its columns and its rows.</summary>
internal static class ChartJson
{
    public static string Write(IEnumerable<Chart> charts)
    {
        using var buffer = new MemoryStream();

        // The default encoder escapes '<', '>' and '&': nothing in it can end the script element.
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var chart in charts)
            {
                writer.WriteStartObject(chart.Id);
                writer.WriteString("title", chart.Title);
                writer.WriteStartArray("columns");
                foreach (var column in chart.Data.Columns)
                {
                    writer.WriteStringValue(column);
                }

                writer.WriteEndArray();
                writer.WriteStartArray("rows");
                foreach (var row in chart.Data.Rows)
                {
                    writer.WriteStartArray();
                    foreach (var cell in row)
                    {
                        WriteCell(writer, cell);
                    }

                    writer.WriteEndArray();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteCell(Utf8JsonWriter writer, object? cell)
    {
        switch (cell)
        {
            case null:
                writer.WriteNullValue();
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            default:
                writer.WriteStringValue((string)cell);
                break;
        }
    }
}
