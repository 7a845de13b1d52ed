using Accel.Core.Diagnostics;

namespace Accel.Models.Checkpoints;

/// <summary>
/// Hyper-parameters of a model by key. Every getter checks what it hands out: a missing key, another type, a value out of
/// range, infinity or NaN is an <see cref="InputException"/> that names file, key, what was expected and what was found.
/// </summary>
public abstract class ConfigSource
{
    /// <summary>The file as the user named it.</summary>
    public abstract string File { get; }

    /// <summary>Keys in the order of the file.</summary>
    public abstract IReadOnlyCollection<string> Keys { get; }

    /// <summary>Whether the key has a value; a JSON null is no value.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>Whether the value is a string: some keys hold a number or a word such as <c>auto</c>.</summary>
    public bool IsText(string key) => Find(key)?.Kind == ConfigKind.Text;

    public string String(string key) => Text(key, Require(key));

    /// <summary>A whole number between <paramref name="min"/> and <paramref name="max"/>, both allowed.</summary>
    public long Integer(string key, long min = 1, long max = int.MaxValue) => WholeNumber(key, Require(key), min, max);

    /// <summary>A finite number between <paramref name="min"/> and <paramref name="max"/>, both allowed; by default a positive one.</summary>
    public double Number(string key, double min = double.Epsilon, double max = double.MaxValue) => RealNumber(key, Require(key), min, max);

    public bool Bool(string key) => Flag(key, Require(key));

    public IReadOnlyList<string> Strings(string key) => List(key, value => Text(key, value));

    /// <summary>Whole numbers; a single number is a list of one.</summary>
    public IReadOnlyList<long> Integers(string key, long min = 1, long max = int.MaxValue) =>
        List(key, value => WholeNumber(key, value, min, max));

    /// <summary>Finite numbers; a single number is a list of one.</summary>
    public IReadOnlyList<double> Numbers(string key, double min = -double.MaxValue, double max = double.MaxValue) =>
        List(key, value => RealNumber(key, value, min, max));

    public string OptionalString(string key, string absent) => Has(key) ? String(key) : absent;

    public long OptionalInteger(string key, long absent, long min = 1, long max = int.MaxValue) =>
        Has(key) ? Integer(key, min, max) : absent;

    public double OptionalNumber(string key, double absent, double min = double.Epsilon, double max = double.MaxValue) =>
        Has(key) ? Number(key, min, max) : absent;

    public bool OptionalBool(string key, bool absent) => Has(key) ? Bool(key) : absent;

    public IReadOnlyList<string> OptionalStrings(string key, IReadOnlyList<string> absent) => Has(key) ? Strings(key) : absent;

    public IReadOnlyList<long> OptionalIntegers(string key, IReadOnlyList<long> absent, long min = 1, long max = int.MaxValue) =>
        Has(key) ? Integers(key, min, max) : absent;

    public IReadOnlyList<double> OptionalNumbers(
        string key, IReadOnlyList<double> absent, double min = -double.MaxValue, double max = double.MaxValue) =>
        Has(key) ? Numbers(key, min, max) : absent;

    /// <summary>The error for a value of this key that only its reader can judge.</summary>
    public InputException Fault(string key, string expected, string found) => new(File, Place(key), expected, found);

    /// <summary>Where the key stands, for an error: the key itself, with a line where the file has lines.</summary>
    protected abstract string Place(string key);

    /// <summary>The value of a key, or null.</summary>
    private protected abstract ConfigValue? Find(string key);

    private ConfigValue Require(string key) => Find(key) ?? throw Fault(key, "a value", "no such key");

    private ConvertedList<ConfigValue, T> List<T>(string key, Func<ConfigValue, T> convert)
    {
        var value = Require(key);
        var items = value.Kind == ConfigKind.List ? value.Items! : [value];

        // Each item is judged now, and converted again when it is read: a list of a hundred million bytes is not copied.
        for (var i = 0; i < items.Count; i++)
        {
            _ = convert(items[i]);
        }

        return new(items, convert);
    }

    private string Text(string key, ConfigValue value) =>
        value.Kind == ConfigKind.Text ? value.Text : throw Fault(key, "a string", value.Show());

    private bool Flag(string key, ConfigValue value) =>
        value.Kind == ConfigKind.Bool ? value.Integer == 1 : throw Fault(key, "true or false", value.Show());

    private long WholeNumber(string key, ConfigValue value, long min, long max)
    {
        const double Exact = 1L << 53;
        var whole = value.Kind switch
        {
            ConfigKind.Integer => value.Integer,
            ConfigKind.Number when value.Number == Math.Floor(value.Number) && Math.Abs(value.Number) <= Exact => (long)value.Number,
            _ => throw Fault(key, $"a whole number from {min} to {max}", value.Show()),
        };
        return whole >= min && whole <= max ? whole : throw Fault(key, $"a whole number from {min} to {max}", value.Show());
    }

    private double RealNumber(string key, ConfigValue value, double min, double max) =>
        value.Kind is ConfigKind.Integer or ConfigKind.Number && value.Number >= min && value.Number <= max
            ? value.Number
            : throw Fault(key, Range(min, max), value.Show());

    private static string Range(double min, double max) => (min, max) switch
    {
        (-double.MaxValue, double.MaxValue) => "a finite number",
        (double.Epsilon, double.MaxValue) => "a positive finite number",
        (double.Epsilon, _) => $"a positive number up to {max:R}",
        (_, double.MaxValue) => $"a finite number from {min:R} up",
        _ => $"a number from {min:R} to {max:R}",
    };
}
