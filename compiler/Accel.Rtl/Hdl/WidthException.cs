namespace Accel.Rtl.Hdl;

/// <summary>A width that does not fit where it was used: a fault of the generator, found when the expression is made.</summary>
public sealed class WidthException(string place, string expected, int actual)
    : ArgumentException($"{place}: expected {expected}, got {actual} bits")
{
    internal static void ThrowIfNot(int expected, int actual, string place)
    {
        if (expected != actual)
        {
            throw new WidthException(place, $"{expected} bits", actual);
        }
    }

    internal static void ThrowIfNotPositive(int width, string place)
    {
        if (width < 1)
        {
            throw new WidthException(place, "at least one bit", width);
        }
    }
}
