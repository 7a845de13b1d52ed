using System.Buffers;
using System.Globalization;

namespace Accel.Models.Tokenizers;

/// <summary>
/// Text with one <c>char</c> for each character, for regular expressions that count characters: .NET's see a character beyond
/// U+FFFF as two halves of no category. Each such character is replaced by one of the same category below U+FFFF.
/// </summary>
internal readonly ref struct FoldedText : IDisposable
{
    private readonly char[]? _rented;
    private readonly int[]? _starts;

    public FoldedText(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            Characters = text;
            return;
        }

        _rented = ArrayPool<char>.Shared.Rent(text.Length);
        _starts = ArrayPool<int>.Shared.Rent(text.Length + 1);
        var count = 0;
        for (var i = 0; i < text.Length; count++)
        {
            var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            _starts[count] = i;
            _rented[count] = pair ? StandIn(char.ConvertToUtf32(text[i], text[i + 1])) : char.IsSurrogate(text[i]) ? '\uFFFD' : text[i];
            i += pair ? 2 : 1;
        }

        _starts[count] = text.Length;
        Characters = _rented.AsSpan(0, count);
    }

    /// <summary>One char for each character.</summary>
    public ReadOnlySpan<char> Characters { get; }

    /// <summary>Where a run of these characters stands in the text.</summary>
    public (int Start, int Length) Original(int start, int length) => _starts is null
        ? (start, length)
        : (_starts[start], _starts[start + length] - _starts[start]);

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<char>.Shared.Return(_rented);
            ArrayPool<int>.Shared.Return(_starts!);
        }
    }

    /// <summary>A character of the same general category that no pattern names, outside ASCII and the Han and kana blocks.</summary>
    private static char StandIn(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        UnicodeCategory.UppercaseLetter => '\uA640',
        UnicodeCategory.LowercaseLetter => '\uA641',
        UnicodeCategory.TitlecaseLetter => '\u1F88',
        UnicodeCategory.ModifierLetter => '\uA788',
        UnicodeCategory.OtherLetter => '\uA000',
        UnicodeCategory.NonSpacingMark => '\u0300',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u0488',
        UnicodeCategory.DecimalDigitNumber => '\u0966',
        UnicodeCategory.LetterNumber => '\u2160',
        UnicodeCategory.OtherNumber => '\u2460',
        UnicodeCategory.ConnectorPunctuation => '\u203F',
        UnicodeCategory.DashPunctuation => '\u2010',
        UnicodeCategory.OpenPunctuation => '\u2045',
        UnicodeCategory.ClosePunctuation => '\u2046',
        UnicodeCategory.InitialQuotePunctuation => '\u00AB',
        UnicodeCategory.FinalQuotePunctuation => '\u00BB',
        UnicodeCategory.OtherPunctuation => '\u2021',
        UnicodeCategory.MathSymbol => '\u2211',
        UnicodeCategory.CurrencySymbol => '\u20AA',
        UnicodeCategory.ModifierSymbol => '\u02C5',
        UnicodeCategory.OtherSymbol => '\u2600',
        UnicodeCategory.Format => '\u200B',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\u0378', // unassigned
    };
}
