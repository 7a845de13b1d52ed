using System.Globalization;
using System.Text;
using Accel.Core.Diagnostics;

namespace Accel.Rtl.Power;

/// <summary>Counts changes in a value change dump while it is read; what is held is one value per signal.</summary>
/// <remarks>IEEE 1364-2001, clause 18: declarations, then changes; leading bits that a vector leaves out are 0, or x or z as its first is.</remarks>
public sealed class VcdReader
{
    private const int MostSignals = 1 << 22;
    private const int MostBits = 1 << 26;
    private const int LongestWord = 1 << 20;

    private readonly string _file;
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[1 << 16];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<(string Scope, string Name, int Id)> _variables = [];
    private readonly List<(int Start, int Width)> _places = [];
    private byte[] _word = new byte[256];
    private byte[] _values = [];
    private long[] _toggles = [];
    private int _next, _end, _length;
    private long _bits;

    private VcdReader(string file, Stream stream) => (_file, _stream) = (file, stream);

    /// <param name="file">As errors name it.</param>
    /// <param name="stream">The dump, read once from front to end.</param>
    /// <exception cref="InputException">Not a value change dump, or one that ends in the middle of a change.</exception>
    public static IReadOnlyList<VcdSignal> Read(string file, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var reader = new VcdReader(file, stream);
        reader.Declarations();
        reader.Changes();
        return [.. reader._variables.Select(variable => new VcdSignal(variable.Scope, variable.Name, reader._places[variable.Id].Width, reader._toggles[variable.Id]))];
    }

    private void Declarations()
    {
        var scopes = new List<string>();
        while (true)
        {
            switch (NextText("$enddefinitions"))
            {
                case "$scope":
                    _ = NextText("a kind of scope");
                    scopes.Add(NextText("a scope's name"));
                    break;
                case "$upscope":
                    if (scopes.Count == 0)
                    {
                        throw Fault("as many $scope as $upscope", "$upscope");
                    }

                    scopes.RemoveAt(scopes.Count - 1);
                    break;
                case "$var":
                    Variable(string.Join('.', scopes));
                    continue;
                case "$enddefinitions":
                    SkipToEnd();
                    _values = new byte[_bits];
                    _values.AsSpan().Fill((byte)'x');
                    _toggles = new long[_places.Count];
                    return;
                case "$date" or "$version" or "$timescale" or "$comment":
                    break;
                case var other:
                    throw Fault("a declaration of a value change dump", other);
            }

            SkipToEnd();
        }
    }

    private void Variable(string scope)
    {
        _ = NextText("a kind of variable");
        var size = NextText("a size");
        if (!int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var width) || width < 1 || _bits + width > MostBits)
        {
            throw Fault($"a size from 1, at most {MostBits} bits in all", size);
        }

        var code = NextText("an identifier code");
        var name = NextText("a name");
        if (!_ids.TryGetValue(code, out var id))
        {
            if (_places.Count == MostSignals)
            {
                throw Fault($"at most {MostSignals} signals", "more");
            }

            _ids.Add(code, id = _places.Count);
            _places.Add(((int)_bits, width));
            _bits += width;
        }

        _variables.Add((scope, name, id));
        SkipToEnd();
    }

    private void Changes()
    {
        // Looked up by bytes: a name is not made of each code again.
        var ids = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> code = stackalloc char[64];
        while (NextWord())
        {
            switch (_word[0])
            {
                case (byte)'#' or (byte)'$':
                    if (_word.AsSpan(0, _length).SequenceEqual("$comment"u8))
                    {
                        SkipToEnd();
                    }

                    break;
                case (byte)'0' or (byte)'1' or (byte)'x' or (byte)'X' or (byte)'z' or (byte)'Z':
                    Change(Id(ids, _word.AsSpan(1, _length - 1), code), _word.AsSpan(0, 1));
                    break;
                case (byte)'b' or (byte)'B':
                    var bits = _word.AsSpan(1, _length - 1).ToArray();
                    if (!NextWord())
                    {
                        throw Fault("an identifier code behind a value", "the end");
                    }

                    Change(Id(ids, _word.AsSpan(0, _length), code), bits);
                    break;
                case (byte)'r' or (byte)'R':
                    _ = NextText("an identifier code behind a value");
                    break;
                default:
                    throw Fault("a change of a value", Encoding.ASCII.GetString(_word, 0, Math.Min(_length, 40)));
            }
        }
    }

    private int Id(Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids, ReadOnlySpan<byte> word, Span<char> code)
    {
        if (word.Length == 0 || word.Length > code.Length || !ids.TryGetValue(code[..Encoding.ASCII.GetChars(word, code)], out var id))
        {
            throw Fault("a declared identifier code", Encoding.ASCII.GetString(word[..Math.Min(word.Length, 40)]));
        }

        return id;
    }

    private void Change(int id, ReadOnlySpan<byte> bits)
    {
        var (start, width) = _places[id];
        if (bits.Length == 0 || bits.Length > width)
        {
            throw Fault($"a value of 1 to {width} bits", $"{bits.Length}");
        }

        var values = _values.AsSpan(start, width);
        var lead = bits[0] is (byte)'0' or (byte)'1' ? (byte)'0' : bits[0];
        var changed = 0L;
        for (var i = 0; i < width; i++)
        {
            var bit = i < width - bits.Length ? lead : bits[i - (width - bits.Length)];
            changed += (values[i] ^ bit) == 1 && (bit | 1) == '1' ? 1 : 0;
            values[i] = bit;
        }

        _toggles[id] += changed;
    }

    private void SkipToEnd()
    {
        while (NextText("$end") != "$end")
        {
        }
    }

    private string NextText(string expected) => NextWord() ? Encoding.ASCII.GetString(_word, 0, _length) : throw Fault(expected, "the end of the file");

    /// <summary>The next word between white space.</summary>
    private bool NextWord()
    {
        _length = 0;
        while (true)
        {
            if (_next == _end)
            {
                (_next, _end) = (0, _stream.Read(_buffer));
                if (_end == 0)
                {
                    return _length > 0;
                }
            }

            var c = _buffer[_next++];
            if (c <= ' ')
            {
                if (_length > 0)
                {
                    return true;
                }

                continue;
            }

            if (_length == _word.Length)
            {
                if (_length >= LongestWord)
                {
                    throw Fault($"words of at most {LongestWord} characters", "a longer one");
                }

                Array.Resize(ref _word, 2 * _length);
            }

            _word[_length++] = c;
        }
    }

    private InputException Fault(string expected, string found) => new(_file, "", expected, found);
}
