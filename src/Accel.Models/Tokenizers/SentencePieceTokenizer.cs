using System.Buffers;
using System.Text;
using Accel.Core.Diagnostics;

namespace Accel.Models.Tokenizers;

/// <summary>When encoding puts a space before text.</summary>
internal enum SpacePrefix
{
    Never,

    /// <summary>Only before the first text, and only if it does not begin with one.</summary>
    FirstIfMissing,

    /// <summary>Before text at the beginning and after each added token, if it does not begin with one.</summary>
    EachIfMissing,

    /// <summary>Before text at the beginning and after each added token.</summary>
    Each,
}

/// <summary>
/// SentencePiece's byte-pair tokenizer: spaces become <c>▁</c>, characters are merged into pieces, and what no piece covers
/// falls back to bytes, or to the unknown token. Merges go by the score of the piece they make, or by rank.
/// </summary>
/// <remarks>Source: google/sentencepiece, src/bpe_model.cc; ranked form: huggingface/tokenizers, models/bpe.</remarks>
public sealed class SentencePieceTokenizer : Tokenizer
{
    internal const char Space = '▁';

    private readonly RankedMerges? _merges;
    private readonly SpacePrefix _prefix;
    private readonly int[] _byteTokens;
    private readonly int _unknown;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _pieces;

    internal SentencePieceTokenizer(
        Vocabulary vocabulary, AddedTokens added, TokenRoles roles, SpacePrefix prefix, RankedMerges? merges, int? unknown)
        : base(vocabulary, added, roles)
    {
        _prefix = prefix;
        _merges = merges;
        _byteTokens = vocabulary.ByteTokens();
        _unknown = unknown ?? -1;
        _pieces = vocabulary.Pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        if (unknown is null && Array.IndexOf(_byteTokens, -1) is var missing && missing >= 0)
        {
            throw new InputException(vocabulary.File, "", "an unknown token, or a token for each byte", $"neither that nor <0x{missing:X2}>");
        }
    }

    private protected override bool PrefixesSpace => _prefix != SpacePrefix.Never;

    private protected override bool PrefixesEachSpace => _prefix is SpacePrefix.Each or SpacePrefix.EachIfMissing;

    /// <summary>The bytes of a piece: its text with spaces back in place.</summary>
    internal static byte[] Spell(Token token) => token.Kind == TokenKind.Byte && Vocabulary.TryParseByte(token.Text, out var value)
        ? [value]
        : Encoding.UTF8.GetBytes(token.Text.Replace(Space, ' '));

    private protected override void EncodeText(ReadOnlySpan<char> text, bool isFirst, List<int> tokens)
    {
        var chars = ArrayPool<char>.Shared.Rent(text.Length + 1);
        var symbols = ArrayPool<Symbol>.Shared.Rent(text.Length + 1);
        try
        {
            var escaped = chars.AsSpan(0, Escape(text, isFirst, chars));
            var run = symbols.AsSpan(0, Characters(escaped, symbols));
            if (_merges is null)
            {
                PairMerge.Run(run, new ScoreRule(escaped, Vocabulary, _pieces));
            }
            else
            {
                PairMerge.Run(run, new RankRule(_merges));
            }

            for (var i = 0; i >= 0; i = run[i].Next)
            {
                Emit(escaped.Slice(run[i].Start, run[i].Length), run[i].Id, tokens);
            }
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
            ArrayPool<Symbol>.Shared.Return(symbols);
        }
    }

    private int Escape(ReadOnlySpan<char> text, bool isFirst, Span<char> escaped)
    {
        var begins = text[0] is ' ' or Space;
        var add = _prefix switch
        {
            SpacePrefix.Each => true,
            SpacePrefix.EachIfMissing => !begins,
            SpacePrefix.FirstIfMissing => isFirst && !begins,
            _ => false,
        };
        var start = add ? 1 : 0;
        escaped[0] = Space;
        text.Replace(escaped[start..], ' ', Space);
        return start + text.Length;
    }

    /// <summary>One symbol for each character, a surrogate pair being one.</summary>
    private int Characters(ReadOnlySpan<char> text, Span<Symbol> symbols)
    {
        var count = 0;
        for (var i = 0; i < text.Length; count++)
        {
            var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1;
            symbols[count] = new()
            {
                Start = i,
                Length = length,
                Previous = count - 1,
                Next = count + 1,
                Id = _pieces.TryGetValue(text.Slice(i, length), out var id) ? id : -1,
            };
            i += length;
        }

        symbols[count - 1].Next = -1;
        return count;
    }

    private void Emit(ReadOnlySpan<char> text, int id, List<int> tokens)
    {
        if (id >= 0)
        {
            tokens.Add(id);
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        bytes = bytes[..Encoding.UTF8.GetBytes(text, bytes)];
        foreach (var value in bytes)
        {
            if (_byteTokens[value] < 0)
            {
                tokens.Add(_unknown);
                return;
            }
        }

        foreach (var value in bytes)
        {
            tokens.Add(_byteTokens[value]);
        }
    }
}
