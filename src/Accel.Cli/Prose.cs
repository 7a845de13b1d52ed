namespace Accel.Cli;

/// <summary>Sentences, broken between words so that they fit a terminal of 80 columns.</summary>
internal static class Prose
{
    private const int Width = 80;

    /// <summary>One paragraph; later lines are set in by two.</summary>
    public static void Write(TextWriter output, string text)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length + 1 + word.Length > Width)
            {
                output.WriteLine(line);
                line = "  " + word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        }

        output.WriteLine(line);
    }
}
