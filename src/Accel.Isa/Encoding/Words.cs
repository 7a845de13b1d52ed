using System.Text;

namespace Accel.Isa.Encoding;

/// <summary>Enum members as words of the text form: <c>WeightStationary</c> is <c>weight-stationary</c>.</summary>
internal static class Words<T>
    where T : struct, Enum
{
    private static readonly T[] _values = Enum.GetValues<T>();

    public static IReadOnlyList<string> All { get; } = [.. Enum.GetNames<T>().Select(Dashed)];

    public static int Count => _values.Length;

    public static string Of(T value) => All[Array.IndexOf(_values, value)];

    public static int IndexOf(T value) => Array.IndexOf(_values, value);

    public static T At(int index) => _values[index];

    public static bool TryParse(string word, out T value)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            if (All[i] == word)
            {
                value = _values[i];
                return true;
            }
        }

        value = default;
        return false;
    }

    private static string Dashed(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
