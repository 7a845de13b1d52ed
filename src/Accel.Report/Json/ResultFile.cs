using System.Text;
using System.Text.Json;
using Accel.Core.Diagnostics;
using Accel.Report.Results;

namespace Accel.Report.Json;

/// <summary>Reads and writes result files.</summary>
public static class ResultFile
{
    /// <summary>A larger file is none of ours.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>The file's text; ends with a new line. The same result gives the same bytes.</summary>
    /// <exception cref="InvalidOperationException">The result contradicts itself: a fault of whoever made it.</exception>
    public static string Write(RunResult result)
    {
        var faults = new List<Diagnostic>();
        ResultChecks.Check("result", result, faults);
        return faults.Count > 0
            ? throw new InvalidOperationException(string.Join('\n', faults))
            : JsonSerializer.Serialize(result, ResultFormat.Options) + "\n";
    }

    /// <summary>Reads strictly: unknown, missing and duplicate fields, and figures that cannot be true together, are errors.</summary>
    /// <param name="file">As the user named it, for errors.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="InputException">Every fault found, each on a line.</exception>
    public static RunResult Read(string file, ReadOnlyMemory<byte> bytes)
    {
        using var document = Parse(file, bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
        RequireVersion(file, document.RootElement);
        var faults = new List<Diagnostic>();
        try
        {
            new ShapeCheck(file, faults).Check(document.RootElement, typeof(RunResult), "");
        }
        catch (InvalidOperationException)
        {
            // What the parser lets pass and no string can hold: bytes that are no UTF-8, one half of a surrogate pair.
            throw new InputException(file, "", "text in UTF-8", "half a character");
        }

        ThrowIfAny(faults);
        var result = document.Deserialize<RunResult>(ResultFormat.Options)!;
        ResultChecks.Check(file, result, faults);
        ThrowIfAny(faults);
        return result;
    }

    private static JsonDocument Parse(string file, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException e) when (e.LineNumber is { } line)
        {
            throw new InputException(file, $"line {line + 1}, byte {e.BytePositionInLine + 1}", "JSON", "text that is none");
        }
        catch (JsonException)
        {
            throw new InputException(file, "", "JSON whose fields stand once", "a field that stands twice");
        }
    }

    /// <summary>First of all: a file of another kind or version has other fields, and each of them would be an error.</summary>
    private static void RequireVersion(string file, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("format", out var format)
            || format.ValueKind != JsonValueKind.String || format.GetString() != RunResult.FormatName)
        {
            throw new InputException(file, "", $"a result of `accel flow`: {{ \"format\": \"{RunResult.FormatName}\", ...", "another file");
        }

        if (!root.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Number
            || !version.TryGetInt32(out var number) || number != RunResult.CurrentVersion)
        {
            throw new InputException(file, "version", $"{RunResult.CurrentVersion}", version.ValueKind == JsonValueKind.Undefined ? "none" : version.GetRawText());
        }
    }

    private static void ThrowIfAny(List<Diagnostic> faults)
    {
        const int Shown = 20;
        if (faults.Count > 0)
        {
            throw new InputException(faults.Take(Shown).ToArray());
        }
    }
}
