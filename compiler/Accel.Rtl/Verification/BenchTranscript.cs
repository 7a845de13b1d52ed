using System.Globalization;

namespace Accel.Rtl.Verification;

/// <summary>What a bench saw, as its transcript tells it.</summary>
public sealed class BenchTranscript
{
    private readonly Dictionary<int, List<int>> _tokens = [];
    private readonly Dictionary<int, List<long>> _cycles = [];
    private readonly Dictionary<(int Run, int Position), Dictionary<int, ValueHash>> _values = [];
    private readonly SortedDictionary<int, int> _elements = [];

    /// <summary>Elements of the one value that was asked for, by index.</summary>
    public IReadOnlyDictionary<int, int> Elements => _elements;

    /// <summary>Tokens that came out of a run.</summary>
    public IReadOnlyList<int> Tokens(int run) => _tokens.GetValueOrDefault(run) ?? [];

    /// <summary>Cycles of the positions of a run.</summary>
    public IReadOnlyList<long> Cycles(int run) => _cycles.GetValueOrDefault(run) ?? [];

    /// <summary>What was seen of a step's value; no elements where it did not show.</summary>
    public ValueHash Value(int run, int position, int step) => _values.GetValueOrDefault((run, position))?.GetValueOrDefault(step) ?? default;

    /// <exception cref="FormatException">No transcript: the bench is another one.</exception>
    public static BenchTranscript Read(TextReader text)
    {
        var transcript = new BenchTranscript();
        while (text.ReadLine() is { } line)
        {
            transcript.Add(line.Split(' '));
        }

        return transcript;
    }

    private void Add(string[] words)
    {
        switch (words)
        {
            case ["token", var run, _, var token]:
                List(_tokens, Number(run)).Add(Number(token));
                break;
            case ["cycles", var run, _, var cycles]:
                List(_cycles, Number(run)).Add(long.TryParse(cycles, NumberStyles.None, CultureInfo.InvariantCulture, out var known) ? known : -1);
                break;
            case ["value", var run, var position, var step, var count, var hash]:
                if (!_values.TryGetValue((Number(run), Number(position)), out var values))
                {
                    _values.Add((Number(run), Number(position)), values = []);
                }

                // A simulator of four levels prints x where it does not know: no such value is right.
                values[Number(step)] = ulong.TryParse(hash, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum) ? new(Number(count), sum) : new(-1, 0);
                break;
            case ["element", var index, var data]:
                _elements[Number(index)] = Number(data);
                break;
            default:
                throw new FormatException($"no line of a transcript: {string.Join(' ', words)}");
        }
    }

    private static List<T> List<T>(Dictionary<int, List<T>> lists, int run)
    {
        if (!lists.TryGetValue(run, out var list))
        {
            lists.Add(run, list = []);
        }

        return list;
    }

    /// <summary>A number; the least one where the simulator shows unknown bits.</summary>
    private static int Number(string word) => int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : int.MinValue;
}
