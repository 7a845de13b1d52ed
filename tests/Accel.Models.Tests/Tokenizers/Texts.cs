using FsCheck;
using FsCheck.Fluent;

namespace Accel.Models.Tests.Tokenizers;

/// <summary>Generators of text: words, white space, digits, accents, other scripts, emoji and their joiners.</summary>
internal static class Texts
{
    private static readonly string[] _fragments =
    [
        "a", "the", " the", "Once upon", "don't", "I'LL", " ", "  ", "\n", "\r\n", "\t", "1", "23", "2026", "٣", "½", ".", "...", "?!", "--", "'", "(",
        "é", "e\u0301", "ñ", "ß", "Ω", "да", "日本", "한국", "हिन्दी", "ไทย", "עב", "\u00A0", "\u2003", "\u200D", "\uFEFF",
        "😀", "👩‍👩‍👧", "🇩🇪", "𝒳", "𠀀", "𞤀", "🏳️‍🌈", "\0", "\u007F", "\uFFFD", "\uE000", "Ġ", "<", "|", ">", "<s", "<|", "0x41>",
    ];

    private static readonly string[] _specials = ["<s>", "</s>", "<unk>", "<bos>", "<eos>", "<|bos|>", "<|eos|>"];

    /// <summary>
    /// Any text without half surrogates, without special tokens, which print as nothing, and without <c>▁</c>, which SentencePiece
    /// cannot tell from a space.
    /// </summary>
    public static Gen<string> Any { get; } =
        Gen.OneOf(
                Gen.Elements(_fragments),
                Gen.Choose(0x20, 0x7E).Select(c => ((char)c).ToString()),
                Gen.Choose(1, 0x10FFFF).Where(c => c is (< 0xD800 or > 0xDFFF) and not '▁').Select(char.ConvertFromUtf32))
            .ArrayOf()
            .Select(string.Concat)
            .Where(text => !_specials.Any(special => text.Contains(special, StringComparison.Ordinal)));

    /// <summary>Checks a property on a fixed sequence of texts.</summary>
    public static void ForAll(Func<string, bool> holds, int count = 300)
    {
        var run = 0;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(new Replay(new Rnd(20260803, 1), null)),
            Prop.ForAll(Any.ToArbitrary(), text =>
            {
                run++;
                return holds(text);
            }));
        Assert.Equal(count, run);
    }
}
