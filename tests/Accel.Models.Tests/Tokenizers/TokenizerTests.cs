using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Accel.Models.Checkpoints;
using Accel.Models.Tokenizers;
using Accel.Tests.Shared;

namespace Accel.Models.Tests.Tokenizers;

public sealed class TokenizerTests
{
    private static Tokenizer Stories => TokenizerLoader.FromGguf(GgufFile.Open(SharedData.Path("models", "stories260k", "stories260K.f32.gguf")));

    private static Tokenizer StoriesFromBin => TokenizerLoader.FromLlama2c(SharedData.Path("models", "stories260k", "tok512.bin"), 512);

    private static Tokenizer Shakespeare => TokenizerLoader.FromTokenizerJson(SharedData.Path("models", "shakespeare-hybrid", "tokenizer.json"));

    [SkippableFact]
    public void The_validation_text_begins_with_the_published_128_tokens()
    {
        var expected = Numbers(SharedData.Path("models", "shakespeare-hybrid", "tokens128.txt"));
        var text = File.ReadAllText(SharedData.Path("models", "shakespeare-hybrid", "validation.txt"));
        var tokens = Shakespeare.Encode(text, addBegin: false);

        Assert.Equal(expected, tokens.Take(128));
        Assert.Equal(text, Shakespeare.Decode(tokens));
        Assert.InRange(tokens.Length, 59_392, 59_392 + 256); // the published perplexity covers whole windows of 256
    }

    [SkippableFact]
    public void Published_story_tokens_encode_from_their_own_text()
    {
        var tokens = Numbers(SharedData.Path("models", "stories260k", "tokens64.txt"));
        var text = Stories.Decode(tokens);

        Assert.StartsWith("One day, a little girl named Lily", text, StringComparison.Ordinal);
        Assert.Equal(tokens, Stories.Encode(text, addBegin: true));
    }

    [SkippableFact]
    public void Roles_are_those_of_the_checkpoint()
    {
        Assert.Equal((512, 1, 2, true), (Stories.VocabularySize, Stories.BeginOfText, Stories.EndOfText, Stories.AddsBeginOfText));
        Assert.Equal([2], Stories.EndTokens);
        Assert.Equal((1, 2, true), (StoriesFromBin.BeginOfText, StoriesFromBin.EndOfText, StoriesFromBin.AddsBeginOfText));
        var byteLevel = Shakespeare;
        Assert.Equal((512, 510, 511, false), (byteLevel.VocabularySize, byteLevel.BeginOfText, byteLevel.EndOfText, byteLevel.AddsBeginOfText));
        Assert.Equal([511], byteLevel.EndTokens);
    }

    [SkippableFact]
    public void Decoding_what_was_encoded_gives_the_text_back()
    {
        foreach (var tokenizer in new[] { Stories, StoriesFromBin, Shakespeare })
        {
            Texts.ForAll(text => tokenizer.Decode(tokenizer.Encode(text, addBegin: false)) == text);
        }
    }

    [SkippableFact]
    public void Gguf_and_bin_forms_of_one_tokenizer_agree_on_any_text()
    {
        var (gguf, bin) = (Stories, StoriesFromBin);
        Texts.ForAll(text => gguf.Encode(text, addBegin: true).SequenceEqual(bin.Encode(text, addBegin: true)), count: 1000);
        Assert.Equal(Enumerable.Range(0, 512).Select(gguf.Piece), Enumerable.Range(0, 512).Select(bin.Piece));
    }

    [SkippableFact]
    public void SentencePiece_agrees_with_a_quadratic_search_over_all_pairs()
    {
        var tokenizer = Stories;
        var metadata = GgufFile.Open(SharedData.Path("models", "stories260k", "stories260K.f32.gguf")).Metadata;
        var (texts, scores) = (metadata.Strings("tokenizer.ggml.tokens"), metadata.Numbers("tokenizer.ggml.scores"));
        var pieces = Enumerable.Range(259, 253).ToDictionary(id => texts[id], id => (id, scores[id]));
        Texts.ForAll(text => text.Length == 0 || tokenizer.Encode(text, addBegin: false).SequenceEqual(NaiveMerge.SentencePiece(text, pieces, 3)));
    }

    [SkippableFact]
    public void Byte_level_agrees_with_a_quadratic_search_over_all_pairs()
    {
        var tokenizer = Shakespeare;
        using var json = JsonDocument.Parse(File.ReadAllText(SharedData.Path("models", "shakespeare-hybrid", "tokenizer.json")));
        var model = json.RootElement.GetProperty("model");
        var vocabulary = model.GetProperty("vocab").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32());
        var ranks = model.GetProperty("merges").EnumerateArray().Select((m, rank) => (m.GetString()!.Split(' '), rank))
            .ToDictionary(m => (m.Item1[0], m.Item1[1]), m => m.rank);
        var pattern = new Regex(@"'(?:[sdmt]|ll|ve|re)| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+");
        Texts.ForAll(text => tokenizer.Encode(text, addBegin: false)
            .SequenceEqual(pattern.Matches(text).SelectMany(m => NaiveMerge.Word(m.Value, vocabulary, ranks))));
    }

    [SkippableFact]
    public void A_stream_emits_whole_characters_only_wherever_their_bytes_are_split()
    {
        // Neither vocabulary has these characters: each byte is a token of its own, so tokens split them everywhere.
        foreach (var tokenizer in new[] { Stories, Shakespeare })
        {
            const string Text = "a😀é🏳️‍🌈z日";
            var tokens = tokenizer.Encode(Text, addBegin: false);
            var stream = tokenizer.Stream(atStart: true);
            var parts = tokens.Select(stream.Append).ToArray();

            Assert.Equal(Text, string.Concat(parts) + stream.Flush());
            Assert.All(parts, part => Assert.False(part.Length > 0 && char.IsHighSurrogate(part[^1])));
            Assert.DoesNotContain(parts, part => part.Contains('\uFFFD', StringComparison.Ordinal));

            for (var cut = 0; cut <= tokens.Length; cut++)
            {
                var cutStream = tokenizer.Stream(atStart: true);
                var emitted = string.Concat(tokens.Take(cut).Select(cutStream.Append));
                Assert.StartsWith(emitted, Text, StringComparison.Ordinal);
                Assert.Equal(tokenizer.Decode(tokens.AsSpan(0, cut)), emitted + cutStream.Flush());
            }
        }
    }

    [SkippableFact]
    public void A_broken_character_becomes_a_replacement_character_once_it_is_known_broken()
    {
        var stream = Stories.Stream();
        Assert.Equal("", stream.Append(3 + 0xF0));
        Assert.Equal("\uFFFD a", stream.Append(Stories.Encode("a", addBegin: false)[^1]));
        Assert.Equal("", stream.Append(3 + 0xE2));
        Assert.Equal("\uFFFD", stream.Flush());
    }

    [SkippableFact]
    public void A_stream_that_goes_on_keeps_the_space_before_its_first_word()
    {
        var tokenizer = Stories;
        var tokens = tokenizer.Encode("there", addBegin: false);

        Assert.Equal(" there", string.Concat(tokens.Select(tokenizer.Stream().Append)));
        Assert.Equal("there", tokenizer.Decode(tokens));
        var fromBegin = tokenizer.Stream();
        Assert.Equal("there", string.Concat(tokens.Prepend(1).Select(fromBegin.Append)));
    }

    [SkippableFact]
    public void Special_tokens_in_text_become_themselves_and_print_as_nothing()
    {
        var tokens = Shakespeare.Encode("<|bos|>To be<|eos|><|eo", addBegin: false);
        Assert.Equal(510, tokens[0]);
        Assert.Single(tokens, 511);
        Assert.Equal("To be<|eo", Shakespeare.Decode(tokens));

        var story = Stories.Encode("a</s>b", addBegin: true);
        Assert.Equal(1, story[0]);
        Assert.Single(story, 2);
        Assert.Equal("ab", Stories.Decode(story));
    }

    [SkippableFact]
    public void Half_a_surrogate_pair_counts_as_a_replacement_character()
    {
        foreach (var tokenizer in new[] { Stories, Shakespeare })
        {
            Assert.Equal(tokenizer.Encode("a\uFFFDb", false), tokenizer.Encode("a\uD83Db", false));
            Assert.Equal("\uFFFD", tokenizer.Decode(tokenizer.Encode("\uDE00", false)));
        }
    }

    [SkippableFact]
    public void Pieces_are_printable()
    {
        Assert.Equal("▁the", Stories.Piece(Stories.Encode("the", false)[0]));
        Assert.Equal("\\n", Stories.Piece(3 + 10));
        Assert.Equal("<0xFF>", Stories.Piece(3 + 0xFF));
        Assert.Equal("<s>", Stories.Piece(1));
        Assert.Equal("<|eos|>", Shakespeare.Piece(511));
        Assert.Throws<ArgumentOutOfRangeException>(() => Stories.Piece(512));
        Assert.Throws<ArgumentOutOfRangeException>(() => Stories.Decode([-1]));
    }

    [SkippableFact]
    public void A_megabyte_encodes_in_a_time_that_grows_with_its_length()
    {
        var text = File.ReadAllText(SharedData.Path("models", "shakespeare-hybrid", "validation.txt"));
        foreach (var tokenizer in new[] { Stories, Shakespeare })
        {
            var (one, ten) = (Seconds(tokenizer, text), Seconds(tokenizer, string.Concat(Enumerable.Repeat(text, 10))));

            // A quadratic tokenizer would take a hundred times as long for ten times the text.
            Assert.InRange(ten, 0, 40 * Math.Max(one, 0.005));
        }
    }

    /// <summary>The best of three: other tests share the processor.</summary>
    private static double Seconds(Tokenizer tokenizer, string text) => Enumerable.Range(0, 3).Min(_ =>
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.NotEmpty(tokenizer.Encode(text, addBegin: false));
        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
    });

    private static int[] Numbers(string path) =>
        [.. File.ReadAllText(path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
}
