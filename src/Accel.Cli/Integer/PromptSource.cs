using System.Globalization;
using Accel.Core.Diagnostics;
using Accel.Models;

namespace Accel.Cli.Integer;

/// <summary>Prompts to try a chip with: lines of the user's file, else pieces of the text that a model is checked with.</summary>
internal static class PromptSource
{
    /// <summary>From a single token to more than a tile of anything.</summary>
    private static readonly int[] _lengths = [1, 2, 3, 5, 8, 12, 17, 24];

    /// <summary>A file of prompts is written by a person.</summary>
    private const int MostBytes = 16 << 20;

    /// <param name="model">Whose tokens they are.</param>
    /// <param name="file">A prompt a line; of a model without a tokenizer, token numbers apart by spaces. Null for pieces of text.</param>
    /// <param name="most">Tokens that a prompt may have.</param>
    /// <exception cref="InputException">No prompts, an empty one, or one too long.</exception>
    public static int[][] Of(Model model, FileInfo? file, int most)
    {
        if (file is not null)
        {
            return [.. Read(model, file, most)];
        }

        var text = TextSource.Check(model, null, _lengths.Sum());
        var prompts = new List<int[]>();
        var start = 0;
        foreach (var length in _lengths.Select(length => Math.Min(length, most)).Where(length => start + length <= text.Length))
        {
            prompts.Add(text[start..(start + length)]);
            start += length;
        }

        return [.. prompts];
    }

    private static IEnumerable<int[]> Read(Model model, FileInfo file, int most)
    {
        var lines = TextFile.Read(file, MostBytes).Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        if (lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        for (var i = 0; i < lines.Count; i++)
        {
            var place = $"line {i + 1}";
            var tokens = model.HasTokenizer
                ? model.Tokenizer.Encode(lines[i], model.Tokenizer.AddsBeginOfText)
                : [.. lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => Token(word, file, place))];
            yield return tokens.Length >= 1 && tokens.Length <= most
                ? tokens
                : throw new InputException(file.ToString(), place, $"a prompt of 1 to {most} tokens", $"{tokens.Length}");
        }
    }

    private static int Token(string word, FileInfo file, string place) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var token)
            ? token
            : throw new InputException(file.ToString(), place, "token numbers, since the model has no tokenizer", word);
}
