using Accel.Core.Diagnostics;

namespace Accel.Hardware.Yaml;

/// <summary>What a field may hold, in the words of JSON Schema.</summary>
/// <param name="Path">Names from the top, joined by dots.</param>
/// <param name="Type"><c>object</c>, <c>string</c>, <c>integer</c>, <c>boolean</c> or <c>array</c>.</param>
/// <param name="Pattern">Of a string; null for any.</param>
/// <param name="Minimum">Of an integer.</param>
/// <param name="Maximum">Of an integer.</param>
/// <param name="Words">Of a string, or of an array's items; null for any.</param>
/// <param name="Default">Of a boolean that may be left out: what it is then; null for a field that must be there.</param>
internal sealed record FieldDescription(
    string Path, string Description, string Type, string? Pattern = null, long? Minimum = null, long? Maximum = null, IReadOnlyList<string>? Words = null,
    bool? Default = null);

/// <summary>One file while it is read: its faults, the places of its fields, and which fields were asked for.</summary>
internal sealed class ConfigDocument(string file)
{
    private readonly Dictionary<string, YamlNode> _places = [];

    public List<Diagnostic> Faults { get; } = [];

    /// <summary>Every field that the loader knows, in the order in which it asks.</summary>
    public List<FieldDescription> Fields { get; } = [];

    public void Place(string path, YamlNode node) => _places[path] = node;

    public void Fault(YamlNode? at, string path, string expected, string found) =>
        Faults.Add(new(at is null ? file : $"{file}:{at.Line}:{at.Column}", path, expected, found));

    /// <summary>A fault at a field that was read.</summary>
    public void FaultAt(string path, string expected, string found) => Fault(_places.GetValueOrDefault(path), path, expected, found);

    public void ThrowIfFaulty()
    {
        if (Faults.Count > 0)
        {
            throw new InputException([.. Faults.OrderBy(Position)]);
        }
    }

    /// <summary>Faults are listed as the file runs; those without a place come first.</summary>
    private static (long Line, long Column) Position(Diagnostic fault)
    {
        var parts = fault.File.Split(':');
        return parts.Length >= 3 && long.TryParse(parts[^2], out var line) && long.TryParse(parts[^1], out var column) ? (line, column) : (0, 0);
    }
}
