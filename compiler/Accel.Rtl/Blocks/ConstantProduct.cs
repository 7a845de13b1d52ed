using System.Numerics;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>Products by constants as sums of shifted copies: synthesis tools make full multipliers of <c>3 * x</c>.</summary>
internal static class ConstantProduct
{
    public static Unsigned Of(Unsigned x, int factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        Unsigned? sum = null;
        for (var bit = 0; bit < 32; bit++)
        {
            if ((factor >> bit & 1) != 0)
            {
                var term = x.ShiftLeft(bit);
                sum = sum is { } rest ? rest + term : term;
            }
        }

        // No more bits than the greatest product has.
        return sum!.Value.Resize(Bits.Of(((BigInteger.One << x.Width) - 1) * factor));
    }
}
