using System.Text;

namespace Accel.Models.Tokenizers;

/// <summary>
/// Turns tokens into text as they come. A character may be spread over tokens: its bytes are held back until it is complete.
/// </summary>
public sealed class TokenStream
{
    private readonly Tokenizer _tokenizer;
    private readonly System.Text.Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private bool _dropSpace;

    internal TokenStream(Tokenizer tokenizer, bool dropSpace)
    {
        _tokenizer = tokenizer;
        _dropSpace = dropSpace;
    }

    /// <summary>The text that this token completes; often one word, possibly nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is outside the vocabulary.</exception>
    public string Append(int token)
    {
        var bytes = _tokenizer.Bytes(token);
        if (_dropSpace && bytes is [(byte)' ', ..])
        {
            bytes = bytes[1..];
            _dropSpace = false;
        }

        _dropSpace = _tokenizer.RestartsText(token) || (_dropSpace && bytes.Length == 0);
        return Decode(bytes, flush: false);
    }

    /// <summary>Ends the text: an incomplete character becomes U+FFFD.</summary>
    public string Flush() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var count = _utf8.GetCharCount(bytes, flush);
        if (count == 0)
        {
            _utf8.GetChars(bytes, [], flush);
            return "";
        }

        var chars = new char[count];
        _utf8.GetChars(bytes, chars, flush);
        return new(chars);
    }
}
