using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;

namespace Accel.Models.Tokenizers;

/// <summary>The tokenizer in the metadata of a GGUF file.</summary>
/// <remarks>Keys: ggml docs/gguf.md; defaults: ggml-org/llama.cpp, src/llama-vocab.cpp.</remarks>
internal static class GgufTokenizer
{
    private const string Prefix = "tokenizer.ggml.";
    private const string ModelKey = Prefix + "model";
    private const string TokensKey = Prefix + "tokens";
    private const string ScoresKey = Prefix + "scores";
    private const string TypesKey = Prefix + "token_type";
    private const string MergesKey = Prefix + "merges";
    private const string PreKey = Prefix + "pre";

    public static Tokenizer Read(GgufMetadata metadata) => metadata.String(ModelKey) switch
    {
        "llama" => ReadSentencePiece(metadata),
        "gpt2" => ReadByteLevel(metadata),
        var other => throw metadata.Fault(ModelKey, "'llama' (SentencePiece) or 'gpt2' (byte level)", $"'{other}'"),
    };

    private static SentencePieceTokenizer ReadSentencePiece(GgufMetadata metadata)
    {
        if (metadata.OptionalBool(Prefix + "remove_extra_whitespaces", false))
        {
            throw metadata.Fault(Prefix + "remove_extra_whitespaces", "false", "true");
        }

        var vocabulary = new Vocabulary(metadata.File, Tokens(metadata, metadata.Numbers(ScoresKey)), SentencePieceTokenizer.Spell);
        var unknown = Id(metadata, vocabulary, "unknown_token_id");
        var prefix = metadata.OptionalBool(Prefix + "add_space_prefix", true) ? SpacePrefix.Each : SpacePrefix.Never;
        return new(vocabulary, new(vocabulary.Added()), Roles(metadata, vocabulary, addsBegin: true), prefix, merges: null, unknown);
    }

    private static ByteLevelTokenizer ReadByteLevel(GgufMetadata metadata)
    {
        var file = metadata.File;
        var preTokenizer = PreTokenizer.Named(file, PreKey, metadata.String(PreKey));
        var vocabulary = new Vocabulary(file, Tokens(metadata, scores: null), token => ByteAlphabet.Spell(file, token));
        var merges = metadata.Strings(MergesKey).Select((merge, rank) => RankedMerges.Split(file, rank, merge));
        return new(
            vocabulary,
            new(vocabulary.Added()),
            Roles(metadata, vocabulary, preTokenizer.AddsBegin),
            preTokenizer,
            new(vocabulary, merges),
            prefixSpace: metadata.OptionalBool(Prefix + "add_space_prefix", false));
    }

    private static Token[] Tokens(GgufMetadata metadata, IReadOnlyList<double>? scores)
    {
        var texts = metadata.Strings(TokensKey);
        var types = metadata.OptionalIntegers(TypesKey, [], min: 1, max: 6);
        CheckLength(metadata, ScoresKey, scores?.Count ?? texts.Count, texts.Count);
        CheckLength(metadata, TypesKey, types.Count == 0 ? texts.Count : types.Count, texts.Count);
        var tokens = new Token[texts.Count];
        for (var id = 0; id < tokens.Length; id++)
        {
            var kind = types.Count == 0 ? TokenKind.Normal : (TokenKind)types[id];
            tokens[id] = new(texts[id], kind, (float)(scores?[id] ?? 0));
            if (kind == TokenKind.Byte && !Vocabulary.TryParseByte(texts[id], out _))
            {
                throw metadata.Fault(TokensKey, $"token {id}, a byte, as <0x00> to <0xFF>", $"'{texts[id]}'");
            }
        }

        return tokens;
    }

    private static void CheckLength(GgufMetadata metadata, string key, int count, int expected)
    {
        if (count != expected)
        {
            throw metadata.Fault(key, $"one entry for each of {expected} tokens", $"{count}");
        }
    }

    private static TokenRoles Roles(GgufMetadata metadata, Vocabulary vocabulary, bool addsBegin)
    {
        var begin = Id(metadata, vocabulary, "bos_token_id");
        int?[] ends = [Id(metadata, vocabulary, "eos_token_id"), Id(metadata, vocabulary, "eot_token_id"), Id(metadata, vocabulary, "eom_token_id")];
        return TokenRoles.Of(
            vocabulary,
            begin,
            ends.Where(id => id is not null).Select(id => id!.Value),
            metadata.OptionalBool(Prefix + "add_bos_token", addsBegin));
    }

    private static int? Id(GgufMetadata metadata, Vocabulary vocabulary, string role)
    {
        var key = Prefix + role;
        return metadata.Has(key) ? vocabulary.Require(key, metadata.Integer(key, min: 0, max: uint.MaxValue)) : null;
    }
}
