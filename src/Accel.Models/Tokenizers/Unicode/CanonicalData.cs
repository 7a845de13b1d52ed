using System.Globalization;

namespace Accel.Models.Tokenizers.Unicode;

/// <summary>Canonical decompositions, compositions and combining classes, read once from the embedded table.</summary>
/// <remarks>The runtime carries no normalisation data of its own under the invariant culture.</remarks>
internal sealed class CanonicalData
{
    private static readonly Lazy<CanonicalData> _shared = new(() => new());

    private readonly Dictionary<int, (int First, int Second)> _decompositions = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly Dictionary<int, byte> _classes = [];

    private CanonicalData()
    {
        const string Resource = "canonical.txt";
        using var stream = typeof(CanonicalData).Assembly.GetManifestResourceStream(typeof(CanonicalData), Resource)
            ?? throw new System.Diagnostics.UnreachableException($"the assembly lacks {Resource}");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            foreach (var entry in line.StartsWith('#') ? [] : line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                Add(entry);
            }
        }
    }

    public static CanonicalData Shared => _shared.Value;

    /// <summary>What a character decomposes to, one step; the second part is 0 when it is replaced by one other.</summary>
    public bool TryDecompose(int codePoint, out (int First, int Second) parts) => _decompositions.TryGetValue(codePoint, out parts);

    public bool TryCompose(int first, int second, out int composed) => _compositions.TryGetValue((first, second), out composed);

    /// <summary>Canonical combining class: 0 for a character that starts anew.</summary>
    public byte Class(int codePoint) => _classes.GetValueOrDefault(codePoint);

    private void Add(string entry)
    {
        var numbers = entry.Split(['=', '>', '+', '-', ':']).Select(hex => int.Parse(hex, NumberStyles.HexNumber)).ToArray();
        if (entry.Contains(':', StringComparison.Ordinal))
        {
            for (var codePoint = numbers[0]; codePoint <= numbers[1]; codePoint++)
            {
                _classes.Add(codePoint, (byte)numbers[2]);
            }

            return;
        }

        var parts = (numbers[1], numbers.ElementAtOrDefault(2));
        _decompositions.Add(numbers[0], parts);
        if (entry.Contains('=', StringComparison.Ordinal))
        {
            _compositions.Add(parts, numbers[0]);
        }
    }
}
