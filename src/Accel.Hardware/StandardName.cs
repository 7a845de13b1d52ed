using System.Globalization;

namespace Accel.Hardware;

/// <summary>Names of DRAM standards with a data rate: <c>LPDDR5-6400</c> is LPDDR5 at 6400 MT/s.</summary>
internal static class StandardName
{
    /// <summary>What <see cref="IsWellFormed"/> accepts, for editors.</summary>
    public const string Pattern = "^[A-Z][A-Z0-9]*-[1-9][0-9]{2,4}$";

    public static bool IsWellFormed(string name)
    {
        var dash = name.IndexOf('-');
        return dash > 0
            && char.IsAsciiLetterUpper(name[0])
            && name.AsSpan(0, dash).IndexOfAnyExceptInRange('0', 'Z') < 0
            && name.AsSpan(0, dash).IndexOfAnyInRange(':', '@') < 0
            && name.Length - dash - 1 is >= 3 and <= 5
            && name[dash + 1] != '0'
            && name.AsSpan(dash + 1).IndexOfAnyExceptInRange('0', '9') < 0;
    }

    public static string Family(string name) => name[..name.IndexOf('-')];

    /// <summary>Mega transfers per second.</summary>
    public static long Rate(string name) => long.Parse(name.AsSpan(name.IndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
}
