namespace Accel.Report.Charts;

/// <summary>
/// Colours of both modes. The hues follow Okabe and Ito (Color Universal Design, 2008), each moved a little until it has the contrast of
/// 3 to its ground that WCAG 2.1 (1.4.11) asks of graphics, and until the first six are far apart in Oklab for eyes with and without red
/// or green cones. Text has a contrast of 4.5 (1.4.3). Tests measure all of it.
/// </summary>
internal static class Palette
{
    /// <summary>Names of CSS variables with their values in the light and in the dark.</summary>
    public static IReadOnlyList<(string Name, string Light, string Dark)> Grounds { get; } =
    [
        ("ground", "#f6f6f3", "#101318"),
        ("card", "#ffffff", "#181c23"),
        ("ink", "#1c2127", "#e6e9ee"),
        ("muted", "#5a626d", "#a0a9b6"),
        ("line", "#e2e3de", "#2b313b"),
        ("accent", "#0a5f9e", "#6cb4ee"),
        ("good", "#0c6b4f", "#4fd0a5"),
        ("bad", "#b03a12", "#ff9a76"),
    ];

    /// <summary>Colours of series, in the order in which they are given out.</summary>
    public static IReadOnlyList<(string Light, string Dark)> Colours { get; } =
    [
        ("#2972c2", "#4492e8"), // blue
        ("#e36902", "#ffad28"), // orange
        ("#1fa378", "#49db8a"), // green
        ("#a0417c", "#d589ac"), // mauve
        ("#4736a9", "#b9aaff"), // violet
        ("#ad451b", "#de7d56"), // vermilion
        ("#868b94", "#7b8492"), // grey: other
        ("#4d93b8", "#a8dcf5"), // sky
    ];

    public const int Blue = 0;
    public const int Orange = 1;
    public const int Green = 2;
    public const int Mauve = 3;
    public const int Violet = 4;
    public const int Vermilion = 5;
    public const int Grey = 6;
    public const int Sky = 7;

    /// <summary>Room where nothing happens: the colour of lines, since it is no datum but what is left.</summary>
    public const int Nothing = 8;

    private static readonly int[] _categories = [Blue, Orange, Green, Mauve, Violet, Vermilion, Sky];

    /// <summary>The colour of the <paramref name="index"/>th of several equals; after seven they repeat.</summary>
    public static int Category(int index) => _categories[index % _categories.Length];
}
