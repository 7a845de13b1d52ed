namespace Accel.Rtl.Liberty;

/// <summary>
/// Writes a library again for tools that map and time: without power figures, which they do not read, and without the cells that must not be taken.
/// </summary>
internal static class LibertyFilter
{
    /// <param name="file">As errors name it.</param>
    /// <param name="text">The library.</param>
    /// <param name="output">Gets the rest.</param>
    /// <param name="keeps">Whether a cell stays.</param>
    public static void Write(string file, TextReader text, TextWriter output, Func<string, bool> keeps)
    {
        var scanner = new LibertyScanner(file, text);
        for (var statement = scanner.Next(); statement.Kind != LibertyStatementKind.End; statement = scanner.Next())
        {
            var indent = new string(' ', scanner.Depth);
            switch (statement.Kind)
            {
                case LibertyStatementKind.GroupEnd:
                    output.Write($"{indent}}}\n");
                    break;
                case LibertyStatementKind.Attribute:
                    output.Write($"{indent}{statement.Name} : {Quoted(statement.Value)};\n");
                    break;
                case LibertyStatementKind.ComplexAttribute:
                    output.Write($"{indent}{statement.Name} ({string.Join(", ", statement.Values.Select(Quoted))});\n");
                    break;
                case LibertyStatementKind.GroupStart when IsLeftOut(statement, keeps):
                    scanner.SkipGroup();
                    break;
                case LibertyStatementKind.GroupStart:
                    output.Write($"{indent}{statement.Name} ({string.Join(", ", statement.Values.Select(Quoted))}) {{\n");
                    break;
            }
        }
    }

    private static bool IsLeftOut(LibertyStatement group, Func<string, bool> keeps) =>
        group.Name is "leakage_power" or "internal_power" or "pg_pin" || (group.Name == "cell" && !keeps(group.Value));

    /// <summary>Numbers and plain names stay as they are: readers differ in where they take quotes.</summary>
    private static string Quoted(string value) => value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '+') ? value : $"\"{value}\"";
}
