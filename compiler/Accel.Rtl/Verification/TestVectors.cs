using System.Globalization;
using System.Text;
using Accel.Compiler.Quantization;
using Accel.Core.Diagnostics;

namespace Accel.Rtl.Verification;

/// <summary>
/// The file that a test bench reads: numbers in decimal, apart by white space, so that <c>$fscanf</c> reads them as C++ does. First
/// the number of runs; of each: inverse temperature, upper and lower half of the register's state, tokens of the prompt, tokens to
/// draw; the prompt; the tokens expected; the cycles expected of each position.
/// </summary>
public static class TestVectors
{
    private const int MostRuns = 1 << 16;

    /// <summary>More tokens than this in a run are a fault of the file.</summary>
    private const int MostTokens = 1 << 20;

    public static string Print(IReadOnlyList<TestRun> runs)
    {
        var text = new StringBuilder();
        Line([runs.Count]);
        foreach (var run in runs)
        {
            Line([run.Settings.InverseTemperature, (long)(run.Settings.State >> 32), (long)(run.Settings.State & uint.MaxValue), run.Prompt.Count, run.Tokens.Count]);
            Line(run.Prompt.Select(token => (long)token));
            Line(run.Tokens.Select(token => (long)token));
            Line(run.Cycles);
        }

        return text.ToString();

        void Line(IEnumerable<long> numbers) => text.AppendJoin(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))).Append('\n');
    }

    /// <param name="file">As errors name it.</param>
    /// <param name="text">What <see cref="Print"/> wrote.</param>
    /// <exception cref="InputException">Anything else.</exception>
    public static IReadOnlyList<TestRun> Parse(string file, string text)
    {
        var numbers = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var next = 0;
        var runs = new List<TestRun>();
        var count = Number("a number of runs", 1, MostRuns);
        for (var i = 0L; i < count; i++)
        {
            var temperature = (ushort)Number("an inverse temperature", 0, ushort.MaxValue);
            var state = ((ulong)Number("the upper half of a state", 0, uint.MaxValue) << 32) | (ulong)Number("the lower half of a state", 0, uint.MaxValue);
            var prompt = Number("tokens of a prompt", 1, MostTokens);
            var tokens = Number("tokens to draw", 1, MostTokens);
            runs.Add(new(
                new SamplingSettings(temperature, state),
                [.. List("a token", prompt, int.MaxValue).Select(token => (int)token)],
                [.. List("a token", tokens, int.MaxValue).Select(token => (int)token)],
                List("cycles", prompt + tokens - 1, long.MaxValue)));
        }

        return next == numbers.Length ? runs : throw new InputException(file, Place(), "the end", numbers[next]);

        long[] List(string what, long length, long most)
        {
            // A length beyond the file must not make a list as long.
            var list = new long[Math.Min(length, numbers.Length - next + 1)];
            for (var i = 0; i < list.Length; i++)
            {
                list[i] = Number(what, 0, most);
            }

            return list;
        }

        long Number(string what, long least, long most)
        {
            var found = next < numbers.Length ? numbers[next] : "the end";
            if (!long.TryParse(found, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
            {
                throw new InputException(file, Place(), $"{what} from {least} to {most}", found);
            }

            next++;
            return number;
        }

        string Place() => $"number {next + 1}";
    }
}
