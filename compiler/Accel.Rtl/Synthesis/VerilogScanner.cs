using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using Accel.Core.Diagnostics;

namespace Accel.Rtl.Synthesis;

/// <summary>
/// Finds modules, what they hold, their memories and tables, in Verilog as this project prints it: ports in the header, no parameters, no
/// preprocessor. Whatever else stands in the text is the synthesis tool's to judge.
/// </summary>
internal static partial class VerilogScanner
{
    private const int MostModules = 1 << 20;

    private const int WidestTable = 1 << 20;

    /// <param name="file">As errors name it.</param>
    /// <param name="text">Verilog.</param>
    /// <exception cref="InputException">A form that is not read here, or a module that does not end.</exception>
    public static IReadOnlyList<VerilogModule> Parse(string file, string text)
    {
        var plain = WithoutComments(file, text);
        var modules = new List<VerilogModule>();
        for (var at = Word(plain, "module", 0); at >= 0; at = Word(plain, "module", at))
        {
            var end = Word(plain, "endmodule", at);
            var headerEnd = plain.IndexOf(';', at);
            if (end < 0 || headerEnd < 0 || headerEnd > end)
            {
                throw new InputException(file, Line(plain, at), "a module that ends", "none");
            }

            var header = plain[at..(headerEnd + 1)];
            var name = HeaderForm().Match(header);
            if (!name.Success || modules.Count == MostModules)
            {
                throw new InputException(file, Line(plain, at), "module NAME (ports);", header.Length > 60 ? header[..60] : header);
            }

            var isInline = plain.AsSpan(0, at).TrimEnd().EndsWith("(* inline *)", StringComparison.Ordinal);
            modules.Add(Read(file, name.Groups[1].Value, plain[at..(end + "endmodule".Length)], header, Line(plain, at)) with { IsInline = isInline });
            at = end + "endmodule".Length;
        }

        if (Unread().Match(plain) is { Success: true } unread)
        {
            throw new InputException(file, Line(plain, unread.Index), "Verilog without parameters, preprocessor and generate, as `rtl emit` writes it", $"'{unread.Value.Trim()}'");
        }

        return modules;
    }

    private static VerilogModule Read(string file, string name, string text, string header, string line)
    {
        var uses = new List<ModuleUse>();
        foreach (var group in InstanceForm().Matches(text, header.Length).Select(match => match.Groups[1].Value).Where(word => !IsKeyword(word)).GroupBy(word => word, StringComparer.Ordinal))
        {
            uses.Add(new(group.Key, group.Count()));
        }

        var memory = 0L;
        foreach (Match array in ArrayForm().Matches(text))
        {
            var width = 1 + (array.Groups[1].Success ? Number(array.Groups[1]) : 0);
            memory += width * (1 + Math.Abs(Number(array.Groups[4]) - Number(array.Groups[3])));
        }

        return new(name, text, header, uses, memory, Table(text));

        long Number(Group group) => int.TryParse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InputException(file, line, "a size of at most 2147483647", group.Value);
    }

    /// <summary>The table of a module that is one <c>case</c> of constants and nothing more.</summary>
    private static ConstantTable? Table(string text)
    {
        var entries = EntryForm().Matches(text);
        if (entries.Count == 0 || InstanceOrClock().IsMatch(text) || EndCase().Count(text) != 1)
        {
            return null;
        }

        if (!int.TryParse(entries[0].Groups[3].Value, out var width) || width is < 1 or > WidestTable)
        {
            return null;
        }

        var constants = new SortedDictionary<int, byte[]>();
        foreach (Match entry in entries)
        {
            var style = entry.Groups[1].Value == "h" ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
            if (!int.TryParse(entry.Groups[2].ValueSpan, style, CultureInfo.InvariantCulture, out var address) || address < 0 || !constants.TryAdd(address, Constant(entry.Groups[4].Value, entry.Groups[5].ValueSpan)))
            {
                return null;
            }
        }

        var structure = new TableStructure(width);
        foreach (var (address, constant) in constants)
        {
            structure.Add(address, constant);
        }

        structure.Count();
        return new(entries.Count, width, structure.Choices, structure.Joins);
    }

    /// <summary>The bits of a literal, the lowest first, eight a byte.</summary>
    private static byte[] Constant(string form, ReadOnlySpan<char> digits)
    {
        if (form == "d")
        {
            return BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number.ToByteArray(isUnsigned: true) : [];
        }

        var bytes = new byte[(digits.Length + 1) / 2];
        for (var k = 0; k < digits.Length; k++)
        {
            bytes[k / 2] |= (byte)(HexDigit(digits[digits.Length - 1 - k]) << (4 * (k % 2)));
        }

        return bytes;
    }

    private static int HexDigit(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;

    private static string WithoutComments(string file, string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '/' && i + 1 < text.Length && text[i + 1] is '/' or '*')
            {
                var isLine = text[i + 1] == '/';
                var end = text.IndexOf(isLine ? "\n" : "*/", i + 2, StringComparison.Ordinal);
                if (end < 0 && !isLine)
                {
                    throw new InputException(file, Line(text, i), "the end of a comment", "the end of the file");
                }

                plain.Append(isLine ? "" : string.Concat(text.AsSpan(i, end - i).ToString().Where(c => c == '\n')));
                i = end < 0 ? text.Length : isLine ? end - 1 : end + 1;
            }
            else if (text[i] == '\0')
            {
                throw new InputException(file, Line(text, i), "a text file", "a byte that is 0");
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString();
    }

    /// <summary>Where a word stands by itself.</summary>
    private static int Word(string text, string word, int from)
    {
        for (var at = text.IndexOf(word, from, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            if ((at == 0 || !IsWord(text[at - 1])) && (at + word.Length == text.Length || !IsWord(text[at + word.Length])))
            {
                return at;
            }
        }

        return -1;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '`';

    private static bool IsKeyword(string word) => word is "if" or "else" or "case" or "casez" or "begin" or "end" or "assign" or "always" or "module" or "function" or "or" or "and" or "not" or "for" or "while";

    private static string Line(string text, int at) => $"line {1 + text.AsSpan(0, at).Count('\n')}";

    [GeneratedRegex(@"^module\s+([A-Za-z_][A-Za-z0-9_]*)\s*\(")]
    private static partial Regex HeaderForm();

    /// <summary>A module's name, an instance's name and the first connection.</summary>
    [GeneratedRegex(@"(?<=[;)\s])([A-Za-z_][A-Za-z0-9_]*)\s+[A-Za-z_][A-Za-z0-9_]*\s*\(\s*\.", RegexOptions.CultureInvariant)]
    private static partial Regex InstanceForm();

    [GeneratedRegex(@"\breg\s+(?:signed\s+)?(?:\[\s*(\d+)\s*:\s*(\d+)\s*\]\s*)?[A-Za-z_]\w*\s*\[\s*(\d+)\s*:\s*(\d+)\s*\]\s*;")]
    private static partial Regex ArrayForm();

    [GeneratedRegex(@"\b\d+'([dh])([0-9a-fA-F]+)\s*:\s*\w+\s*=\s*(\d+)'([dh])([0-9a-fA-F]+)\s*;")]
    private static partial Regex EntryForm();

    [GeneratedRegex(@"\bendcase\b")]
    private static partial Regex EndCase();

    [GeneratedRegex(@"\b(?:posedge|negedge)\b|\(\s*\.\w")]
    private static partial Regex InstanceOrClock();

    [GeneratedRegex(@"`\w+|\bparameter\b|#\s*\(|\bdefparam\b|\bgenerate\b")]
    private static partial Regex Unread();
}
