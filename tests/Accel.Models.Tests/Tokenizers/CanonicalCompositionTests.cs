using Accel.Models.Tokenizers.Unicode;

namespace Accel.Models.Tests.Tokenizers;

/// <summary>Vectors of Unicode Standard Annex 15 (figures 3 to 6) and NormalizationTest.txt part 0.</summary>
public sealed class CanonicalCompositionTests
{
    [Theory]
    [InlineData("plain ASCII", "plain ASCII")]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u212B", "\u00C5")] // angstrom sign, a singleton
    [InlineData("\u2126", "\u03A9")] // ohm sign
    [InlineData("s\u0323\u0307", "\u1E69")]
    [InlineData("s\u0307\u0323", "\u1E69")] // marks are put in order first
    [InlineData("d\u0307\u0323", "\u1E0D\u0307")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323")] // composes no further
    [InlineData("\u0958", "\u0915\u093C")] // excluded from composition
    [InlineData("\u1100\u1161\u11A8", "\uAC01")] // Hangul by arithmetic
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("\uAC00\u11A7", "\uAC00\u11A7")] // no tail consonant
    [InlineData("\uF900", "\u8C48")] // compatibility ideograph with a canonical decomposition
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65")] // musical half note, beyond U+FFFF
    [InlineData("a\u0308\u0301", "\u00E4\u0301")]
    [InlineData("u\u0308\u0301", "\u01D8")]
    [InlineData("\u0301a", "\u0301a")] // a mark with nothing before it
    public void Form_C_is_as_published(string text, string expected)
    {
        Assert.Equal(expected, CanonicalComposition.Normalize(text));
        Assert.Equal(expected, CanonicalComposition.Normalize(expected));
    }

    [Fact]
    public void Normalising_twice_changes_nothing_more() => Texts.ForAll(text =>
    {
        var once = CanonicalComposition.Normalize(text);
        return CanonicalComposition.Normalize(once) == once;
    });
}
