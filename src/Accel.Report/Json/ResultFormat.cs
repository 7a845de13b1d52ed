using System.Text.Json;
using System.Text.Json.Serialization;
using Accel.Report.Results;

namespace Accel.Report.Json;

/// <summary>How a <see cref="RunResult"/> stands in a file: JSON, names in snake case, parts that were not made left out.</summary>
internal static class ResultFormat
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    /// <summary>A name of an enum as files write it: <c>not-run</c>.</summary>
    public static string Word(Enum value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
