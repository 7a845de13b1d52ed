using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Accel.Core.Diagnostics;

namespace Accel.Models.Tokenizers;

/// <summary>
/// Byte-level byte-pair tokenizer: text is split into words, a word into its UTF-8 bytes, and bytes are merged by rank. Nothing
/// is unknown to it.
/// </summary>
/// <remarks>Source: openai/gpt-2, encoder.py; huggingface/tokenizers, models/bpe.</remarks>
public sealed class ByteLevelTokenizer : Tokenizer
{
    // Words are few and repeat: the tokens of short ones are kept, up to a bound that no text can push.
    private const int MaxCachedWords = 1 << 16;
    private const int MaxCachedLength = 32;

    private readonly PreTokenizer _preTokenizer;
    private readonly RankedMerges _merges;
    private readonly bool _prefixSpace;
    private readonly Func<string, string>? _normalize;
    private readonly int[] _byteTokens = new int[256];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _pieces;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _cacheLookup;
    private int _cached;

    internal ByteLevelTokenizer(
        Vocabulary vocabulary,
        AddedTokens added,
        TokenRoles roles,
        PreTokenizer preTokenizer,
        RankedMerges merges,
        bool prefixSpace = false,
        Func<string, string>? normalize = null)
        : base(vocabulary, added, roles)
    {
        (_preTokenizer, _merges, _prefixSpace, _normalize) = (preTokenizer, merges, prefixSpace, normalize);
        _pieces = vocabulary.Pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        _cacheLookup = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var value = 0; value < 256; value++)
        {
            _byteTokens[value] = vocabulary.Pieces.TryGetValue(ByteAlphabet.Character((byte)value).ToString(), out var id)
                ? id
                : throw new InputException(vocabulary.File, "", "a piece for each byte", $"none for 0x{value:X2}");
        }
    }

    private protected override void EncodeText(ReadOnlySpan<char> text, bool isFirst, List<int> tokens)
    {
        if (_normalize is not null)
        {
            text = _normalize(text.ToString());
        }

        if (_prefixSpace && text is not [' ', ..])
        {
            text = string.Concat(" ", text);
        }

        using var folded = new FoldedText(text);
        foreach (var word in _preTokenizer.Words(folded.Characters))
        {
            var (start, length) = folded.Original(word.Start, word.Length);
            EncodeWord(text.Slice(start, length), tokens);
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, List<int> tokens)
    {
        if (_cacheLookup.TryGetValue(word, out var known))
        {
            tokens.AddRange(known);
            return;
        }

        var from = tokens.Count;
        Merge(word, tokens);
        if (word.Length <= MaxCachedLength && _cached < MaxCachedWords)
        {
            Interlocked.Increment(ref _cached);
            _cache.TryAdd(word.ToString(), [.. tokens[from..]]);
        }
    }

    private void Merge(ReadOnlySpan<char> word, List<int> tokens)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(word.Length));
        var symbols = ArrayPool<Symbol>.Shared.Rent(bytes.Length);
        var run = symbols.AsSpan(0, Encoding.UTF8.GetBytes(word, bytes));
        if (!TryWhole(bytes.AsSpan(0, run.Length), tokens))
        {
            for (var i = 0; i < run.Length; i++)
            {
                run[i] = new() { Start = i, Length = 1, Previous = i - 1, Next = i + 1, Id = _byteTokens[bytes[i]] };
            }

            run[^1].Next = -1;
            PairMerge.Run(run, new RankRule(_merges));
            for (var i = 0; i >= 0; i = run[i].Next)
            {
                tokens.Add(run[i].Id);
            }
        }

        ArrayPool<Symbol>.Shared.Return(symbols);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>The whole word as one piece, for models that look there first.</summary>
    private bool TryWhole(ReadOnlySpan<byte> word, List<int> tokens)
    {
        const int LongestPiece = 256;
        if (!_preTokenizer.IgnoreMerges || word.Length > LongestPiece)
        {
            return false;
        }

        Span<char> spelt = stackalloc char[word.Length];
        for (var i = 0; i < word.Length; i++)
        {
            spelt[i] = ByteAlphabet.Character(word[i]);
        }

        if (!_pieces.TryGetValue(spelt, out var id))
        {
            return false;
        }

        tokens.Add(id);
        return true;
    }
}
