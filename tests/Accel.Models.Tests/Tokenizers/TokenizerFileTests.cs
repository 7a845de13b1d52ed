using System.Text;
using System.Text.Json;
using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;
using Accel.Models.Tests.Checkpoints;
using Accel.Models.Tokenizers;

namespace Accel.Models.Tests.Tokenizers;

/// <summary>Tokenizer files made here: their variants, and what is wrong with broken ones.</summary>
public sealed class TokenizerFileTests
{
    private const string SplitAndBytes = """
        {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":" ?\\w+|\\W"},"behavior":"Isolated","invert":false},
        {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]}
        """;

    private const string LlamaNormalizer =
        """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""";

    [Fact]
    public void Merges_as_strings_and_as_pairs_read_the_same()
    {
        var strings = Open(ByteLevel("""["a b","Ġ ab"]"""));
        var pairs = Open(ByteLevel("""[["a","b"],["Ġ","ab"]]"""));

        Assert.Equal([257], strings.Encode(" ab", false));
        Assert.Equal([257, 256], pairs.Encode(" abab", false));
        Texts.ForAll(text => strings.Encode(text, false).SequenceEqual(pairs.Encode(text, false)), count: 50);
    }

    [Fact]
    public void Ignore_merges_takes_a_word_that_is_a_piece_whole()
    {
        // "xyz" is a piece that no merge reaches.
        Assert.Equal([(int)'x', 'y', 'z'], Open(ByteLevel("[]", "\"xyz\":258")).Encode("xyz", false));
        Assert.Equal([258], Open(ByteLevel("[]", "\"xyz\":258", "\"ignore_merges\":true,")).Encode("xyz", false));
    }

    [Fact]
    public void Of_equal_merges_the_leftmost_happens_first()
    {
        Assert.Equal([258, 258, 'a'], Open(ByteLevel("""["a a"]""", "\"aa\":258")).Encode("aaaaa", false));

        var writer = new GgufWriter().Add("tokenizer.ggml.model", "llama").Add("tokenizer.ggml.tokens", ["<unk>", "a", "aa", "ab", "b"])
            .Add("tokenizer.ggml.scores", [0f, -3f, -1f, -1f, -3f]).Add("tokenizer.ggml.token_type", [2, 1, 1, 1, 1])
            .Add("tokenizer.ggml.unknown_token_id", 0u).Add("tokenizer.ggml.add_space_prefix", false);
        Assert.Equal([2, 2, 1], OpenGguf(writer).Encode("aaaaa", false));
        Assert.Equal([2, 4], OpenGguf(writer).Encode("aab", false));
    }

    [Fact]
    public void A_space_that_the_user_wrote_after_a_special_token_survives()
    {
        var first = Open(Characters("\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"first\",\"split\":false},"));
        Assert.Equal("a b", first.Decode(first.Encode("a</s> b", false)));
        var each = Open(Characters($"\"normalizer\":{LlamaNormalizer},"));
        Assert.Equal("a b", each.Decode(each.Encode("a</s> b", false)));
    }

    [Fact]
    public void A_template_gives_the_begin_token_and_asks_for_it()
    {
        var tokenizer = Open(ByteLevel("[]", root: """
            "added_tokens":[{"id":258,"content":"<bos>","special":true},{"id":259,"content":"<|im_end|>","special":true},{"id":260,"content":"TOOL","special":false}],
            "post_processor":{"type":"Sequence","processors":[{"type":"ByteLevel"},{"type":"TemplateProcessing",
            "single":[{"SpecialToken":{"id":"<bos>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],
            "special_tokens":{"<bos>":{"id":"<bos>","ids":[258],"tokens":["<bos>"]}}}]},
            """));

        Assert.Equal((258, true), (tokenizer.BeginOfText, tokenizer.AddsBeginOfText));
        Assert.Equal([259], tokenizer.EndTokens);
        Assert.Equal([258, 'a'], tokenizer.Encode("a", addBegin: true));
        Assert.Equal("aTOOLb", tokenizer.Decode(tokenizer.Encode("aTOOL<|im_end|>b", false)));
    }

    [Fact]
    public void Added_tokens_match_the_longest_and_take_the_white_space_they_claim()
    {
        var tokenizer = Open(ByteLevel("[]", root: """
            "added_tokens":[{"id":258,"content":"<a>","special":true},{"id":259,"content":"<a><b>","special":true},
            {"id":260,"content":"<m>","special":true,"lstrip":true,"rstrip":true}],
            """));

        Assert.Equal([259, 258], tokenizer.Encode("<a><b><a>", false));
        Assert.Equal(['x', 260, 'y'], tokenizer.Encode("x \n<m>  y", false));
    }

    [Fact]
    public void Form_C_is_applied_to_byte_level_text()
    {
        var tokenizer = Open(ByteLevel("[]", root: "\"normalizer\":{\"type\":\"NFC\"},"));
        Assert.Equal(tokenizer.Encode("\u00E9", false), tokenizer.Encode("e\u0301", false));
    }

    [Fact]
    public void Merges_over_characters_fall_back_to_bytes()
    {
        var tokenizer = Open(Characters($"\"normalizer\":{LlamaNormalizer},"));

        // 0 unknown, 1 begin, 2 end, 3 + byte, then ▁ a b ab ▁ab
        Assert.Equal([263, 262, 259, 260], tokenizer.Encode("abab a", false));
        Assert.Equal([259, 3 + 0xC3, 3 + 0xA9], tokenizer.Encode("é", false));
        Texts.ForAll(text => tokenizer.Decode(tokenizer.Encode(text, false)) == text, count: 100);
    }

    [Theory]
    [InlineData("always", " a", "▁,a")]
    [InlineData("always", "a</s>a", "▁,a,</s>,▁,a")]
    [InlineData("first", "a</s>a", "▁,a,</s>,a")]
    [InlineData("never", "a a", "a,▁,a")]
    public void Metaspace_puts_its_space_where_its_scheme_says(string scheme, string text, string expected)
    {
        var tokenizer = Open(Characters(
            $$"""
            "pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{scheme}}","split":false},
            """));
        Assert.Equal(expected, string.Join(',', tokenizer.Encode(text, false).Select(tokenizer.Piece)));
    }

    [Theory]
    [InlineData("\"type\":\"BPE\"", "\"type\":\"Unigram\"", "model.type: expected 'BPE', the only model that is read, found 'Unigram'")]
    [InlineData("\"dropout\":null", "\"dropout\":0.1", "model.dropout: expected no dropout: encoding must not be random, found 0.1")]
    [InlineData("\"dropout\":null", "\"surprise\":1", "model.surprise: expected one of type, dropout,")]
    [InlineData("\"a b\"", "\"a q\"", "merge 0: expected pieces of the vocabulary, found 'aq'")]
    [InlineData("\"a b\"", "\"a Ω\"", "merge 0: expected pieces of the vocabulary, found 'Ω'")]
    [InlineData("\"a b\"", "\"ab\"", "merge 0: expected two pieces with one space between, found 'ab'")]
    [InlineData("\"a b\"", "[\"a\"]", "model.merges[0]: expected a pair, found 1 or more")]
    [InlineData("\"a b\"", "\"a b\",\"a b\"", "merge 1: expected each pair once")]
    [InlineData("\"ab\":256", "\"ab\":97", "model.vocab.ab: expected an id of its own, found 97, the id of 'a'")]
    [InlineData("\"ab\":256", "\"ab\":-1", "model.vocab.ab: expected a whole number from 0 to 2147483646, found -1")]
    [InlineData("\"ab\":256", "\"ab\":2000000000", "model.vocab: expected ids below 65794 for 258 tokens, found 2000000000")]
    [InlineData("\"ab\":256", "\"日\":256", "piece '日': expected characters that stand for bytes, found U+65E5")]
    [InlineData("\"b\":98,", "", "expected")]
    [InlineData("\"type\":\"Split\"", "\"type\":\"Whitespace\"", "pre_tokenizer.pretokenizers[0]: expected a pre-tokenizer of type Sequence,")]
    [InlineData("\"behavior\":\"Isolated\"", "\"behavior\":\"1\"", "pre_tokenizer.pretokenizers[0].behavior: expected one of Isolated,")]
    [InlineData("\"version\"", "\"added_tokens\":[{\"id\":97,\"content\":\"z\"}],\"version\"", "added_tokens[0]: expected an id other than that of 'a', found 97 for 'z'")]
    [InlineData("\"version\"", "\"added_tokens\":[{\"id\":300,\"content\":\"a\"}],\"version\"", "token 300: expected a text of its own, found 'a', the text of token 97")]
    [InlineData("\"version\"", "\"normalizer\":{\"type\":\"Lowercase\"},\"version\"", "normalizer: expected NFC for byte-level text,")]
    [InlineData("\"version\"", "\"post_processor\":{\"type\":\"BertProcessing\"},\"version\"", "post_processor: expected a post-processor of type")]
    public void A_broken_tokenizer_file_says_what_is_wrong(string good, string bad, string expected)
    {
        var json = ByteLevel("""["a b","Ġ ab"]""");
        Assert.Contains(good, json, StringComparison.Ordinal);
        var fault = Assert.Throws<InputException>(() => Open(json.Replace(good, bad, StringComparison.Ordinal)));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public void A_role_outside_the_vocabulary_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", """{"eos_token_id":[2,400]}""");
        var fault = Assert.Throws<InputException>(() => TokenizerLoader.FromTokenizerJson(folder.Write("tokenizer.json", ByteLevel("[]"))));
        Assert.EndsWith("config.json: 1:2: eos_token_id: expected a token id from 0 to 257, found 400", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gguf_byte_level_tokenizer_reads_pieces_types_and_roles()
    {
        var tokenizer = OpenGguf(GgufByteLevel(["a b", "Ġ ab"]));

        Assert.Equal([258, 257, 256, 259], tokenizer.Encode(" abab<eos>", addBegin: true));
        Assert.Equal((258, 259, true), (tokenizer.BeginOfText, tokenizer.EndOfText, tokenizer.AddsBeginOfText));
        Texts.ForAll(text => tokenizer.Decode(tokenizer.Encode(text, false)) == text, count: 100);
    }

    [Fact]
    public void Contradictory_gguf_tokenizers_are_refused()
    {
        AssertGgufFault(GgufByteLevel(["a q"]), "merge 0: expected pieces of the vocabulary, found 'aq'");
        AssertGgufFault(GgufByteLevel([], pre: "nonsense"), "tokenizer.ggml.pre: expected one of");
        AssertGgufFault(GgufByteLevel([], model: "bert"), "tokenizer.ggml.model: expected 'llama' (SentencePiece) or 'gpt2' (byte level), found 'bert'");
        AssertGgufFault(GgufByteLevel([], bos: 260), "tokenizer.ggml.bos_token_id: expected a token id from 0 to 259, found 260");
        AssertGgufFault(GgufByteLevel([], types: [1, 1]), "tokenizer.ggml.token_type: expected one entry for each of 260 tokens, found 2");
        AssertGgufFault(GgufByteLevel([], lastPiece: "a"), "token 257: expected a text of its own, found 'a', the text of token 97");
        AssertGgufFault(SentencePiece([0, 0, 0]), "expected an unknown token, or a token for each byte, found neither that nor <0x00>");
        AssertGgufFault(SentencePiece([0, float.NaN, 0]), "tokenizer.ggml.scores: expected a finite number, found NaN");
        AssertGgufFault(SentencePiece([0, 0]), "tokenizer.ggml.scores: expected one entry for each of 3 tokens, found 2");
    }

    [Fact]
    public void Broken_llama2c_tokenizers_are_refused()
    {
        byte[] good = [.. BitConverter.GetBytes(5), .. Entry("<unk>"), .. Entry("<s>"), .. Entry("</s>"), .. Entry("a")];
        using var folder = new TemporaryFolder();
        Assert.Equal(4, TokenizerLoader.FromLlama2c(folder.Write("good.bin", good), 4).VocabularySize);

        AssertFault(good, 3, "expected the end of the file after 3 tokens, found 9 more bytes");
        AssertFault(good, 5, "byte 49: expected the score of token 4 (4 bytes), found end of file after 0 bytes");
        AssertFault(good, 6, "expected 6 tokens, found 49 bytes, room for at most 5");
        AssertFault(good, int.MaxValue, "expected 2147483647 tokens, found");
        AssertFault(good, -1, "expected -1 tokens, found");
        AssertFault(good[..^1], 4, "byte 44: expected a length of token 3 from 0 to 0, found 1");
        AssertFault([.. good[..^1], 0xFF], 4, "byte 48: expected token 3 in UTF-8, found invalid UTF-8");
        AssertFault([.. good[..^5], 255, 255, 255, 127, 97], 4, "a length of token 3 from 0 to 1, found 2147483647");
        AssertFault([.. BitConverter.GetBytes(5), .. Entry("<unk>"), .. Entry("<s>"), .. Entry("<s>"), .. Entry("a")], 4, "token 2: expected a text of its own");

        void AssertFault(byte[] bytes, int size, string expected) => Assert.Contains(
            expected,
            Assert.Throws<InputException>(() => TokenizerLoader.FromLlama2c(folder.Write("bad.bin", bytes), size)).Message,
            StringComparison.Ordinal);
    }

    private static byte[] Entry(string text) => [.. BitConverter.GetBytes(0f), .. BitConverter.GetBytes(text.Length), .. Encoding.UTF8.GetBytes(text)];

    private static void AssertGgufFault(GgufWriter writer, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => OpenGguf(writer)).Message, StringComparison.Ordinal);

    private static Tokenizer OpenGguf(GgufWriter writer)
    {
        using var folder = new TemporaryFolder();
        return TokenizerLoader.FromGguf(GgufFile.Open(folder.Write("m.gguf", writer.ToBytes())));
    }

    private static Tokenizer Open(string json)
    {
        using var folder = new TemporaryFolder();
        return TokenizerLoader.FromTokenizerJson(folder.Write("tokenizer.json", json));
    }

    private static GgufWriter GgufByteLevel(
        string[] merges, string pre = "llama-bpe", string model = "gpt2", uint bos = 258, int[]? types = null, string lastPiece = "Ġab")
    {
        string[] tokens = [.. NaiveMerge.Alphabet.Select(c => c.ToString()), "ab", lastPiece, "<bos>", "<eos>"];
        return new GgufWriter().Add("tokenizer.ggml.model", model).Add("tokenizer.ggml.pre", pre).Add("tokenizer.ggml.tokens", tokens)
            .Add("tokenizer.ggml.token_type", types ?? [.. Enumerable.Repeat(1, 258), 3, 3]).Add("tokenizer.ggml.merges", merges)
            .Add("tokenizer.ggml.bos_token_id", bos).Add("tokenizer.ggml.eos_token_id", 259u);
    }

    private static GgufWriter SentencePiece(float[] scores) =>
        new GgufWriter().Add("tokenizer.ggml.model", "llama").Add("tokenizer.ggml.tokens", ["a", "b", "ab"]).Add("tokenizer.ggml.scores", scores);

    /// <summary>A byte-level file: 256 byte pieces in order of their bytes, then ab and Ġab.</summary>
    private static string ByteLevel(string merges, string morePieces = "\"Ġab\":257", string moreModel = "", string root = "")
    {
        var bytes = string.Join(',', NaiveMerge.Alphabet.Select((c, id) => $"{JsonSerializer.Serialize(c.ToString(), _plain)}:{id}"));
        var last = morePieces.Contains("257", StringComparison.Ordinal) ? morePieces : "\"Ġab\":257," + morePieces;
        return $$"""
            {"version":"1.0",{{root}}"pre_tokenizer":{{SplitAndBytes}},
            "model":{"type":"BPE","dropout":null,{{moreModel}}"vocab":{ {{bytes}},"ab":256,{{last}}},"merges":{{merges}} } }
            """;
    }

    /// <summary>A file of pieces over characters: unknown, begin, end, 256 bytes, then ▁ a b ab ▁ab.</summary>
    private static string Characters(string root)
    {
        var bytes = string.Join(',', Enumerable.Range(0, 256).Select(value => $"\"<0x{value:X2}>\":{value + 3}"));
        return $$"""
            {"version":"1.0",{{root}}"added_tokens":[{"id":1,"content":"<s>","special":true},{"id":2,"content":"</s>","special":true}],
            "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,
            "vocab":{"<unk>":0,"<s>":1,"</s>":2,{{bytes}},"▁":259,"a":260,"b":261,"ab":262,"▁ab":263},"merges":["a b","▁ ab"] } }
            """;
    }

    private static readonly JsonSerializerOptions _plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
