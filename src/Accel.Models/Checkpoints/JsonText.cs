using System.Text.Json;
using System.Text.Unicode;
using Accel.Core.Diagnostics;

namespace Accel.Models.Checkpoints;

/// <summary>Strict JSON: depth at most 64, no comments, no duplicate keys, strings that are Unicode; faults name line and column.</summary>
internal static class JsonText
{
    public const int MaxDepth = 64;

    /// <summary>Reads the whole text once and throws at the first fault; nothing of it is kept.</summary>
    /// <param name="file">Named in the error.</param>
    /// <param name="json">UTF-8 text.</param>
    /// <param name="within">Comes before line and column in the error, for JSON that is only a part of its file.</param>
    public static void Validate(string file, ReadOnlySpan<byte> json, string within = "")
    {
        if (!Utf8.IsValid(json))
        {
            throw new InputException(file, within, "UTF-8 text", "invalid UTF-8");
        }

        var reader = Reader(json);
        var open = new Stack<HashSet<string>>();
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        open.Push(new(StringComparer.Ordinal));
                        break;
                    case JsonTokenType.EndObject:
                        open.Pop();
                        break;
                    case JsonTokenType.PropertyName when !open.Peek().Add(reader.GetString()!):
                        throw new InputException(
                            file, within + Place(json, reader.TokenStartIndex), "each key once", $"'{reader.GetString()}' again");
                    case JsonTokenType.String:
                        _ = reader.GetString();
                        break;
                }
            }
        }
        catch (JsonException)
        {
            throw new InputException(file, within + Place(json, reader.BytesConsumed), "valid JSON", Near(json, reader.BytesConsumed));
        }
        catch (InvalidOperationException)
        {
            throw new InputException(file, within + Place(json, reader.TokenStartIndex), "a string of Unicode characters", "half of a surrogate pair");
        }
    }

    /// <summary>A reader with the limits of this class, for text that <see cref="Validate"/> has passed.</summary>
    public static Utf8JsonReader Reader(ReadOnlySpan<byte> json) => new(json, new JsonReaderOptions { MaxDepth = MaxDepth });

    /// <summary>Line and column of an offset, counted from 1; columns are bytes.</summary>
    public static string Place(ReadOnlySpan<byte> json, long offset)
    {
        var before = json[..(int)Math.Min(offset, json.Length)];
        var line = before.Count((byte)'\n') + 1;
        return $"{line}:{before.Length - before.LastIndexOf((byte)'\n')}";
    }

    private static string Near(ReadOnlySpan<byte> json, long offset) =>
        offset >= json.Length ? "the end of the text" : $"'{(char)json[(int)offset]}' that does not belong there or nests too deep";
}
