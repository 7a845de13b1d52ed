using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Accel.Core.Diagnostics;

namespace Accel.Report.Json;

/// <summary>
/// Checks a JSON tree against the records it is read into, before it is: every fault with its place, all at once. Bounds are such
/// that no sum over a list overflows 64 bits.
/// </summary>
internal sealed class ShapeCheck(string file, List<Diagnostic> faults)
{
    private const int MostElements = 8_000;
    private const int LongestText = 20_000;
    private const long LargestNumber = 1_000_000_000_000_000;

    public void Check(JsonElement element, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            Require(element.ValueKind == JsonValueKind.String && element.GetString()!.Length <= LongestText, path, $"text of at most {LongestText} characters", element);
        }
        else if (type == typeof(bool))
        {
            Require(element.ValueKind is JsonValueKind.True or JsonValueKind.False, path, "true or false", element);
        }
        else if (type == typeof(long) || type == typeof(int))
        {
            Require(element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var whole) && whole is >= 0 and <= LargestNumber, path, $"a whole number from 0 to {LargestNumber:0}", element);
        }
        else if (type == typeof(double))
        {
            Require(element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) && number is >= 0 and <= LargestNumber, path, $"a number from 0 to {LargestNumber:0}", element);
        }
        else if (type.IsEnum)
        {
            var words = Enum.GetValues(type).Cast<Enum>().Select(ResultFormat.Word).ToArray();
            Require(element.ValueKind == JsonValueKind.String && words.Contains(element.GetString()), path, "one of " + string.Join(", ", words), element);
        }
        else if (type.IsGenericType)
        {
            CheckList(element, type.GetGenericArguments()[0], path);
        }
        else
        {
            CheckObject(element, type, path);
        }
    }

    private void CheckList(JsonElement element, Type type, string path)
    {
        if (!Require(element.ValueKind == JsonValueKind.Array && element.GetArrayLength() <= MostElements, path, $"a list of at most {MostElements}", element))
        {
            return;
        }

        var index = 0;
        foreach (var item in element.EnumerateArray())
        {
            Check(item, type, $"{path}[{index++}]");
        }
    }

    private void CheckObject(JsonElement element, Type type, string path)
    {
        if (!Require(element.ValueKind == JsonValueKind.Object, path, "an object", element))
        {
            return;
        }

        var fields = ResultFormat.Options.GetTypeInfo(type).Properties;
        foreach (var property in element.EnumerateObject())
        {
            var field = fields.FirstOrDefault(field => field.Name == property.Name);
            if (field is null)
            {
                faults.Add(new(file, Join(path, property.Name), "no such field", "one" + Suggestion.Phrase(property.Name, fields.Select(known => known.Name).ToArray())));
            }
            else
            {
                Check(property.Value, field.PropertyType, Join(path, property.Name));
            }
        }

        foreach (var field in fields.Where(field => IsRequired(field) && !element.TryGetProperty(field.Name, out _)))
        {
            faults.Add(new(file, Join(path, field.Name), "a value", "none"));
        }
    }

    private static bool IsRequired(JsonPropertyInfo field) => field.IsRequired || field.AssociatedParameter is { HasDefaultValue: false };

    private bool Require(bool isRight, string path, string expected, JsonElement found)
    {
        const int LongestQuote = 60;
        if (!isRight)
        {
            var text = found.ValueKind switch
            {
                JsonValueKind.Object => "an object",
                JsonValueKind.Array => $"a list of {found.GetArrayLength()}",
                _ => found.GetRawText(),
            };
            faults.Add(new(file, path, expected, text.Length > LongestQuote ? text[..LongestQuote] + "…" : text));
        }

        return isRight;
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
