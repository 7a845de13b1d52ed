namespace Accel.Models.Checkpoints;

/// <summary>What a value of a configuration is.</summary>
internal enum ConfigKind
{
    Integer,
    Number,
    Bool,
    Text,
    List,
    Section,
}

/// <summary>One value as its file states it, before anyone says what is wanted.</summary>
internal readonly record struct ConfigValue(
    ConfigKind Kind, long Integer = 0, double Number = 0, string Text = "", IReadOnlyList<ConfigValue>? Items = null)
{
    public static ConfigValue Of(long value) => new(ConfigKind.Integer, Integer: value, Number: value);

    public static ConfigValue Of(double value) => new(ConfigKind.Number, Number: value);

    public static ConfigValue Of(bool value) => new(ConfigKind.Bool, Integer: value ? 1 : 0);

    public static ConfigValue Of(string value) => new(ConfigKind.Text, Text: value);

    public static ConfigValue Of(IReadOnlyList<ConfigValue> items) => new(ConfigKind.List, Items: items);

    /// <summary>The value for an error message.</summary>
    public string Show() => Kind switch
    {
        ConfigKind.Integer => $"{Integer}",
        ConfigKind.Number => $"{Number:R}",
        ConfigKind.Bool => Integer == 1 ? "true" : "false",
        ConfigKind.Text => $"'{(Text.Length > 40 ? string.Concat(Text.AsSpan(0, 40), "…") : Text)}'",
        ConfigKind.List => $"a list of {Items!.Count}",
        _ => "a section",
    };
}

/// <summary>A list seen through a conversion; nothing is copied, so a list of any length costs nothing until it is read.</summary>
internal sealed class ConvertedList<TFrom, TTo>(IReadOnlyList<TFrom> items, Func<TFrom, TTo> convert) : IReadOnlyList<TTo>
{
    public int Count => items.Count;

    public TTo this[int index] => convert(items[index]);

    public IEnumerator<TTo> GetEnumerator()
    {
        for (var i = 0; i < items.Count; i++)
        {
            yield return this[i];
        }
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
