using Accel.Core.Diagnostics;
using Accel.Models.Tokenizers;

namespace Accel.Models.Tests.Tokenizers;

public sealed class PreTokenizerTests
{
    [Theory]
    [InlineData("gpt-2", "Hello  world's 123!!\n\n x", "Hello| | world|'s| 123|!!|\n\n| x")]
    [InlineData("gpt-2", "WE'LL", "WE|'|LL")] // GPT-2 knows contractions in lower case only
    [InlineData("llama-bpe", "WE'LL pay 12345€", "WE|'LL| pay| |123|45|€")]
    [InlineData("llama-bpe", "a.b\r\n  c", "a|.b|\r\n| | c")]
    [InlineData("qwen2", "in 2026", "in| |2|0|2|6")]
    [InlineData("smollm", "x12 y", "x|1|2| y")]
    [InlineData("gpt-4o", "camelCase don't HTTPServer", "camel|Case| don't| HTTPServer")]
    [InlineData("tekken", "camelCase 12/", "camel|Case| |1|2|/")]
    [InlineData("falcon", "a+b 1234", "a|+|b| |123|4")]
    [InlineData("default", "a+b 12", "a|+|b| |12")]
    [InlineData("deepseek-v3", "日本 1234 tree", "日本| |123|4| tree")]
    [InlineData("deepseek-coder", "x. 12 =\n", "x|.| |1|2| =|\n")]
    public void Text_splits_as_the_models_own_pattern_says(string name, string text, string expected) =>
        Assert.Equal(expected.Split('|'), Split(PreTokenizer.Named("m.gguf", "pre", name), text));

    [Theory]
    [InlineData("𝒳y", "𝒳y")] // a letter beyond U+FFFF is a letter
    [InlineData("😀abc", "😀abc")] // one symbol may lead a word
    [InlineData("😀😀abc", "😀😀|abc")]
    [InlineData("𠀀日 🏳️‍🌈!", "𠀀日| 🏳️‍🌈!")]
    public void Characters_beyond_the_basic_plane_count_once_and_by_their_category(string text, string expected) =>
        Assert.Equal(expected.Split('|'), Split(PreTokenizer.Named("m.gguf", "pre", "llama-bpe"), text));

    [Fact]
    public void Words_cover_the_text_whatever_the_pattern()
    {
        foreach (var name in new[] { "default", "gpt-2", "llama-bpe", "qwen2", "gpt-4o", "tekken", "falcon", "smollm", "deepseek-v3", "deepseek-coder" })
        {
            var preTokenizer = PreTokenizer.Named("m.gguf", "pre", name);
            Texts.ForAll(text => string.Concat(Split(preTokenizer, text)) == text, count: 100);
        }
    }

    [Theory]
    [InlineData(SplitBehavior.Isolated, false, "a|-|-|b|-|c")]
    [InlineData(SplitBehavior.Removed, false, "a|b|c")]
    [InlineData(SplitBehavior.MergedWithPrevious, false, "a-|-|b-|c")]
    [InlineData(SplitBehavior.MergedWithNext, false, "a|-|-b|-c")]
    [InlineData(SplitBehavior.Contiguous, false, "a|--|b|-|c")]
    [InlineData(SplitBehavior.Removed, true, "-|-|-")]
    [InlineData(SplitBehavior.Isolated, true, "a|-|-|b|-|c")]
    internal void Each_behaviour_treats_matches_in_its_own_way(SplitBehavior behavior, bool invert, string expected) =>
        Assert.Equal(expected.Split('|'), Split(new([new SplitStep("f", "-", behavior, invert)]), "a--b-c"));

    [Fact]
    public void An_unknown_name_lists_the_known_ones()
    {
        var fault = Assert.Throws<InputException>(() => PreTokenizer.Named("m.gguf", "tokenizer.ggml.pre", "llama-bpa"));
        Assert.StartsWith("m.gguf: tokenizer.ggml.pre: expected one of chatglm-bpe, codeshell,", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith("found 'llama-bpa'; did you mean 'llama-bpe'?", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"\p{L}++")] // possessive
    [InlineData(@"\p{Han}")] // a script
    [InlineData("[a-z&&[^b]]")] // class intersection, which .NET would read as something else
    [InlineData("😀")]
    [InlineData("(")]
    public void A_pattern_of_another_dialect_is_refused(string pattern) =>
        Assert.Contains(pattern, Assert.Throws<InputException>(() => new SplitStep("f", pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_pattern_that_backtracks_without_end_is_given_up()
    {
        var step = new SplitStep("f", @"^(\w+\s?)*!$");
        Assert.Throws<InputException>(() => step.Split(new string('a', 40), new(0, 40), []));
    }

    private static List<string> Split(PreTokenizer preTokenizer, string text)
    {
        using var folded = new FoldedText(text);
        var words = new List<string>();
        foreach (var word in preTokenizer.Words(folded.Characters))
        {
            var (start, length) = folded.Original(word.Start, word.Length);
            words.Add(text.Substring(start, length));
        }

        return words;
    }
}
