using System.Text.RegularExpressions;
using Accel.Core.Diagnostics;

namespace Accel.Models.Tokenizers;

/// <summary>What becomes of the matches of a split, and of the text between them.</summary>
internal enum SplitBehavior
{
    /// <summary>A match is a word, and so is the text between two.</summary>
    Isolated,

    /// <summary>Matches are dropped.</summary>
    Removed,

    /// <summary>A match ends the word before it.</summary>
    MergedWithPrevious,

    /// <summary>A match begins the word after it.</summary>
    MergedWithNext,

    /// <summary>Matches in a row are one word.</summary>
    Contiguous,
}

/// <summary>A run of characters, by position.</summary>
internal readonly record struct Word(int Start, int Length);

/// <summary>One step of splitting text into words, by a regular expression.</summary>
/// <remarks>Behaviours as in huggingface/tokenizers, tokenizer/normalizer.rs (SplitDelimiterBehavior).</remarks>
internal sealed class SplitStep
{
    // For one match, which takes an honest pattern microseconds; a pattern that backtracks without end must not hang.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly string _file;
    private readonly Regex _pattern;
    private readonly SplitBehavior _behavior;
    private readonly bool _invert;

    /// <param name="file">The file that errors name.</param>
    /// <param name="pattern">A regular expression over characters.</param>
    /// <param name="behavior">What becomes of matches.</param>
    /// <param name="invert">Whether the text between matches counts as the match.</param>
    /// <exception cref="InputException">The pattern is not one that .NET can run to the same effect.</exception>
    public SplitStep(string file, string pattern, SplitBehavior behavior = SplitBehavior.Isolated, bool invert = false)
    {
        (_file, _behavior, _invert) = (file, behavior, invert);
        if (pattern.Any(char.IsSurrogate) || pattern.Contains("&&[", StringComparison.Ordinal))
        {
            throw new InputException(file, "pre-tokenizer", "a pattern of characters below U+10000, without class intersection", $"'{pattern}'");
        }

        try
        {
            _pattern = new(pattern, RegexOptions.CultureInvariant, _patience);
        }
        catch (ArgumentException)
        {
            throw new InputException(file, "pre-tokenizer", "a regular expression that .NET can run", $"'{pattern}'");
        }
    }

    /// <summary>Splits one word of <paramref name="text"/>; the words found are appended.</summary>
    public void Split(ReadOnlySpan<char> text, Word word, List<Word> words)
    {
        var from = words.Count;
        var previousMatched = false;
        var at = word.Start;
        try
        {
            foreach (var match in _pattern.EnumerateMatches(text.Slice(word.Start, word.Length)))
            {
                Add(at, word.Start + match.Index, isMatch: _invert);
                Add(word.Start + match.Index, word.Start + match.Index + match.Length, isMatch: !_invert);
                at = word.Start + match.Index + match.Length;
            }
        }
        catch (RegexMatchTimeoutException)
        {
            throw new InputException(_file, "pre-tokenizer", "a pattern that ends in reasonable time", $"'{_pattern}'");
        }

        Add(at, word.Start + word.Length, isMatch: _invert);

        void Add(int start, int end, bool isMatch)
        {
            if (end == start || (isMatch && _behavior == SplitBehavior.Removed))
            {
                return;
            }

            var joins = words.Count > from && _behavior switch
            {
                SplitBehavior.MergedWithPrevious => isMatch && !previousMatched,
                SplitBehavior.MergedWithNext => !isMatch && previousMatched,
                SplitBehavior.Contiguous => isMatch && previousMatched,
                _ => false,
            };
            previousMatched = isMatch;
            if (joins)
            {
                words[^1] = words[^1] with { Length = end - words[^1].Start };
            }
            else
            {
                words.Add(new(start, end - start));
            }
        }
    }
}
