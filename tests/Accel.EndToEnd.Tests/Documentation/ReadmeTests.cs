using Accel.Cli;
using Accel.Tests.Shared;

namespace Accel.EndToEnd.Tests.Documentation;

/// <summary>Every example in a README prints what it says; the file is checked, never written.</summary>
public sealed class ReadmeTests
{
    public static TheoryData<string, string> Examples
    {
        get
        {
            var data = new TheoryData<string, string>();
            var (isInside, command, expected) = (false, "", new List<string>());
            foreach (var line in new[] { "README.md", "compiler/README.md", "compiler/Accel.Rtl/Synthesis/README.md" }.SelectMany(file => File.ReadAllLines(Path.Combine(Root, file))))
            {
                if (line.StartsWith("```", StringComparison.Ordinal) || (isInside && line.StartsWith("$ ", StringComparison.Ordinal)))
                {
                    if (command.Length > 0)
                    {
                        data.Add(command, string.Join('\n', expected));
                    }

                    command = isInside && line[0] == '$' ? line[2..] : "";
                    expected = [];
                    isInside = line == "```console" || line[0] == '$';
                }
                else if (isInside)
                {
                    expected.Add(line);
                }
            }

            return data;
        }
    }

    private static string Root => Repository.Root!;

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_prints_what_the_README_says(string command, string expected)
    {
        var (words, lines) = Split(command);
        Assert.Equal("./accel", words[0]);
        var output = new StringWriter();
        Assert.Equal(0, CommandLine.Run([.. words[1..].Select(InRoot)], output, TextWriter.Null));
        var printed = output.ToString().Split('\n').Select(line => line.TrimEnd()).Take(lines).ToArray();
        Assert.Equal(expected.TrimEnd(), string.Join('\n', printed).TrimEnd());
    }

    /// <summary>Words with quotes resolved; a closing <c>| head -n</c> limits the lines compared.</summary>
    private static (string[] Words, int Lines) Split(string command)
    {
        var lines = int.MaxValue;
        if (command.Split(" | head -") is [var first, var count])
        {
            (command, lines) = (first, int.Parse(count));
        }

        var words = command.Split('"').SelectMany((part, index) => index % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return ([.. words], lines);
    }

    private static string InRoot(string word) => word.StartsWith("models/", StringComparison.Ordinal) ? Path.Combine(Root, word) : word;
}
