using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;

namespace Accel.Models.Tokenizers;

/// <summary>Hugging Face's <c>tokenizer.json</c>: the model and the roles of its tokens.</summary>
/// <remarks>Source: huggingface/tokenizers, the serialised forms of models, normalizers, pre-tokenizers and processors.</remarks>
internal static class TokenizerJson
{
    // The largest published file, of a vocabulary of 262,144, takes 33 MB.
    private const int MaxBytes = 40 << 20;

    // Ids need not be dense, but a table by id is kept: a few unused ones are allowed, a billion are not.
    private const int MaxHoles = 1 << 16;

    public static Tokenizer Read(string path, ConfigSource? config)
    {
        var root = JsonField.Open(path, MaxBytes);
        root.Allow(
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model");
        var model = root.Get("model");
        CheckModel(model);
        var steps = TokenizerJsonSteps.Read(path, root, ignoreMerges: model.OptionalBool("ignore_merges", false));
        var added = ReadAdded(root);
        var unknown = model.Optional("unk_token")?.String();
        var tokens = Tokens(model.Get("vocab"), added, unknown, byteFallback: model.OptionalBool("byte_fallback", false));
        var vocabulary = new Vocabulary(path, tokens, steps.IsByteLevel ? token => ByteAlphabet.Spell(path, token) : SentencePieceTokenizer.Spell);
        var merges = new RankedMerges(vocabulary, Merges(path, model.Get("merges")));
        var roles = Roles(root, vocabulary, config);
        var matched = new AddedTokens(added.Where(a => a.Token.Text.Length > 0).Select(a => a.Token));
        return steps.IsByteLevel
            ? new ByteLevelTokenizer(vocabulary, matched, roles, steps.Words, merges, steps.PrefixSpace, steps.Normalize)
            : new SentencePieceTokenizer(vocabulary, matched, roles, steps.Prefix, merges, UnknownId(vocabulary, model, unknown));
    }

    private static void CheckModel(JsonField model)
    {
        if (model.Optional("type") is { } type && type.String() != "BPE")
        {
            throw type.Fault("'BPE', the only model that is read", type.Show());
        }

        model.Allow(
            "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges",
            "vocab", "merges");
        foreach (var name in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (model.Optional(name) is { } affix && affix.String().Length > 0)
            {
                throw affix.Fault("no affix", affix.Show());
            }
        }

        if (model.Optional("dropout") is { } dropout && !(dropout.Kind == System.Text.Json.JsonValueKind.Number && dropout.Element.GetDouble() == 0))
        {
            throw dropout.Fault("no dropout: encoding must not be random", dropout.Show());
        }
    }

    private static int? UnknownId(Vocabulary vocabulary, JsonField model, string? unknown)
    {
        if (unknown is null)
        {
            return null;
        }

        return Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary[id].Text == unknown).Select(id => (int?)id).FirstOrDefault()
            ?? throw model.Get("unk_token").Fault("a token of the vocabulary", $"'{unknown}'");
    }

    private static List<(AddedToken Token, bool IsSpecial, JsonField At)> ReadAdded(JsonField root)
    {
        var added = new List<(AddedToken, bool, JsonField)>();
        foreach (var entry in root.Optional("added_tokens")?.Items() ?? [])
        {
            entry.Allow("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
            if (entry.OptionalBool("single_word", false))
            {
                throw entry.Fault("single_word: false, as whole-word matching is not known here", "true");
            }

            var token = new AddedToken(
                entry.Get("content").String(),
                entry.Get("id").Integer(0, int.MaxValue - 1),
                entry.OptionalBool("lstrip", false),
                entry.OptionalBool("rstrip", false));
            added.Add((token, entry.OptionalBool("special", false), entry));
        }

        return added;
    }

    private static Token[] Tokens(
        JsonField vocabulary, List<(AddedToken Token, bool IsSpecial, JsonField At)> added, string? unknown, bool byteFallback)
    {
        var byId = new Dictionary<int, Token>();
        foreach (var (text, field) in vocabulary.Members())
        {
            var id = field.Integer(0, int.MaxValue - 1);
            var kind = text == unknown ? TokenKind.Unknown
                : byteFallback && Vocabulary.TryParseByte(text, out _) ? TokenKind.Byte
                : TokenKind.Normal;
            if (!byId.TryAdd(id, new(text, kind)))
            {
                throw field.Fault("an id of its own", $"{id}, the id of '{byId[id].Text}'");
            }
        }

        foreach (var (token, isSpecial, at) in added)
        {
            if (byId.TryGetValue(token.Id, out var known) && known.Text != token.Text)
            {
                throw at.Fault($"an id other than that of '{known.Text}'", $"{token.Id} for '{token.Text}'");
            }

            byId[token.Id] = new(token.Text, isSpecial ? TokenKind.Control : TokenKind.UserDefined);
        }

        var count = byId.Count == 0 ? 0 : byId.Keys.Max() + 1;
        if (count == 0 || count - byId.Count > MaxHoles)
        {
            throw vocabulary.Fault($"ids below {byId.Count + MaxHoles} for {byId.Count} tokens", $"{count - 1}");
        }

        return [.. Enumerable.Range(0, count).Select(id => byId.GetValueOrDefault(id, new("", TokenKind.Unused)))];
    }

    private static IEnumerable<(string Left, string Right)> Merges(string file, JsonField merges)
    {
        var rank = 0;
        foreach (var merge in merges.Items())
        {
            if (merge.Kind == System.Text.Json.JsonValueKind.String)
            {
                yield return RankedMerges.Split(file, rank, merge.String());
            }
            else
            {
                var pair = merge.Items().Take(3).ToArray();
                yield return pair.Length == 2 ? (pair[0].String(), pair[1].String()) : throw merge.Fault("a pair", $"{pair.Length} or more");
            }

            rank++;
        }
    }

    private static TokenRoles Roles(JsonField root, Vocabulary vocabulary, ConfigSource? config)
    {
        var template = root.Optional("post_processor") is { } processor ? TokenizerJsonSteps.BeginOfTemplate(processor) : null;
        int? begin = template is { } id ? vocabulary.Require("post_processor", id) : null;
        var ends = new List<int>();
        if (config is not null)
        {
            begin ??= Ids(config, "bos_token_id").Select(i => (int?)i).FirstOrDefault();
            ends.AddRange(Ids(config, "eos_token_id"));
        }

        return TokenRoles.Of(vocabulary, begin, ends, addsBegin: template is not null);

        IEnumerable<int> Ids(ConfigSource source, string key) =>
            source.OptionalIntegers(key, [], min: 0).Select(value => value < vocabulary.Count
                ? (int)value
                : throw source.Fault(key, $"a token id from 0 to {vocabulary.Count - 1}", $"{value}"));
    }
}
