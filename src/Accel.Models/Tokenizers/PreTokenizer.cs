using Accel.Core.Diagnostics;

namespace Accel.Models.Tokenizers;

/// <summary>Splits text into the words within which merges happen.</summary>
/// <param name="Steps">Applied in order, each to every word that the one before it made.</param>
/// <param name="IgnoreMerges">Whether a word that is a piece is taken whole, even if merges would not reach it.</param>
/// <param name="AddsBegin">Whether models of this kind begin a prompt with their begin token unless they say otherwise.</param>
internal sealed record PreTokenizer(IReadOnlyList<SplitStep> Steps, bool IgnoreMerges = false, bool AddsBegin = false)
{
    // Contractions in any case of ASCII letters.
    private const string Contraction = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
    private const string SpaceRuns = @"\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>openai/gpt-2, encoder.py; also the default of a ByteLevel pre-tokenizer.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    // meta-llama/Meta-Llama-3-8B and Qwen/Qwen2-7B, tokenizer.json: digits in threes, or one by one.
    private const string Llama3 = Contraction + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SpaceRuns;
    private const string Qwen2 = Contraction + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SpaceRuns;

    // mistralai/Mistral-Nemo and openai/gpt-oss-20b, tokenizer.json: words split where capitals begin.
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string Tekken =
        $@"[^\r\n\p{{L}}\p{{N}}]?{Upper}*{Lower}+|[^\r\n\p{{L}}\p{{N}}]?{Upper}+{Lower}*|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|" + SpaceRuns;

    private const string Gpt4o =
        $@"[^\r\n\p{{L}}\p{{N}}]?{Upper}*{Lower}+{Contraction}?|[^\r\n\p{{L}}\p{{N}}]?{Upper}+{Lower}*{Contraction}?|\p{{N}}{{1,3}}|"
        + @" ?[^\s\p{L}\p{N}]+[\r\n/]*|" + SpaceRuns;

    private static readonly Dictionary<string, (string[] Patterns, bool IgnoreMerges, bool AddsBegin)> _byName = Catalogue();

    /// <summary>The pre-tokenizer that a GGUF file names in <c>tokenizer.ggml.pre</c>.</summary>
    /// <remarks>Names and patterns: ggml-org/llama.cpp, src/llama-vocab.cpp, and the tokenizer.json of each model.</remarks>
    /// <exception cref="InputException">The name is none of those known here.</exception>
    public static PreTokenizer Named(string file, string key, string name)
    {
        if (!_byName.TryGetValue(name, out var entry))
        {
            var known = string.Join(", ", _byName.Keys.Order(StringComparer.Ordinal));
            throw new InputException(file, key, $"one of {known}", $"'{name}'{Suggestion.Phrase(name, _byName.Keys)}");
        }

        return new([.. entry.Patterns.Select(pattern => new SplitStep(file, pattern))], entry.IgnoreMerges, entry.AddsBegin);
    }

    /// <summary>The words of a text, in order.</summary>
    public List<Word> Words(ReadOnlySpan<char> text)
    {
        List<Word> words = [new(0, text.Length)];
        foreach (var step in Steps)
        {
            var next = new List<Word>(words.Count * 2);
            foreach (var word in words)
            {
                step.Split(text, word, next);
            }

            words = next;
        }

        return words;
    }

    private static Dictionary<string, (string[] Patterns, bool IgnoreMerges, bool AddsBegin)> Catalogue()
    {
        var catalogue = new Dictionary<string, (string[], bool, bool)>(StringComparer.Ordinal);
        Add(["default"], [@"[\p{P}\$\+<=>\^~\|]+", Gpt2, @"\p{N}+", "[0-9][0-9][0-9]"]);
        Add(["gpt-2", "phi-2", "mpt", "olmo", "jais", "exaone4", "gigachat", "trillion", "granite-docling"], [Gpt2]);
        Add(["starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b"], [@"\p{N}", Gpt2]);
        Add(["falcon"], [@"[\p{P}\$\+<=>\^~\|`]+", Gpt2, "[0-9][0-9][0-9]"]);
        Add(["llama3", "llama-v3", "llama-bpe", "lfm2", "falcon3", "falcon-h1", "pixtral", "midm-2.0"], [Llama3], true, true);
        Add(["dbrx", "smaug-bpe", "chatglm-bpe", "glm4"], [Llama3]);
        Add(["qwen2", "stablelm2", "deepseek-r1-qwen", "megrez", "hunyuan"], [Qwen2]);
        Add(["tekken"], [Tekken], true, true);
        Add(["gpt-4o", "llama4"], [Gpt4o]);
        Add(["deepseek-coder"], [@"[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", "[一-龥ࠀ-一가-\uD7FF]+", @"\p{N}"]);
        Add(
            ["deepseek-v3", "hunyuan-dense"],
            [
                @"\p{N}{1,3}",
                "[一-龥぀-ゟ゠-ヿ]+",
                @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|" + SpaceRuns,
            ]);
        return catalogue;

        void Add(string[] names, string[] patterns, bool ignoreMerges = false, bool addsBegin = false) =>
            Array.ForEach(names, name => catalogue.Add(name, (patterns, ignoreMerges, addsBegin)));
    }
}
