using Accel.Core.Diagnostics;

namespace Accel.Models.Tokenizers;

/// <summary>
/// The printable character that byte-level vocabularies write for each byte: itself where it is a printing character of
/// Latin-1, else the next free character from U+0100 on.
/// </summary>
/// <remarks>Source: openai/gpt-2, encoder.py, bytes_to_unicode.</remarks>
internal static class ByteAlphabet
{
    private static readonly char[] _characters = Build();
    private static readonly Dictionary<char, byte> _bytes = Enumerable.Range(0, 256).ToDictionary(b => _characters[b], b => (byte)b);

    public static char Character(byte value) => _characters[value];

    /// <summary>The bytes that a piece stands for.</summary>
    /// <exception cref="InputException">A character is none of the alphabet.</exception>
    public static byte[] Spell(string file, Token token) => [.. token.Text.Select(c =>
        _bytes.TryGetValue(c, out var value)
            ? value
            : throw new InputException(file, $"piece '{token.Text}'", "characters that stand for bytes", $"U+{(int)c:X4}"))];

    private static char[] Build()
    {
        var characters = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var prints = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            characters[value] = (char)(prints ? value : next++);
        }

        return characters;
    }
}
