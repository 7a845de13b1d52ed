using System.Numerics;
using Accel.Rtl.ConstantMatrix;

namespace Accel.Rtl.Tests.ConstantMatrix;

public sealed class SignedDigitsTests
{
    [Fact]
    public void No_shorter_sum_of_signed_powers_exists()
    {
        // Numbers of n digits by exhaustion: every number of n - 1 digits, plus or minus a power.
        const int Limit = 1 << 10;
        var fewest = new Dictionary<int, int> { [0] = 0 };
        var layer = new List<int> { 0 };
        for (var digits = 1; layer.Count > 0; digits++)
        {
            var next = new List<int>();
            foreach (var value in layer)
            {
                for (var shift = 0; shift <= 11; shift++)
                {
                    foreach (var sum in new[] { value + (1 << shift), value - (1 << shift) })
                    {
                        if (Math.Abs(sum) <= 4 * Limit && fewest.TryAdd(sum, digits))
                        {
                            next.Add(sum);
                        }
                    }
                }
            }

            layer = next;
        }

        for (var value = -Limit; value <= Limit; value++)
        {
            Assert.Equal(fewest[value], SignedDigits.Count(value));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(-8)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(0x5555555555555555)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Digits_add_up_to_the_number_and_no_two_are_adjacent(long value)
    {
        Span<SignedDigit> digits = stackalloc SignedDigit[SignedDigits.MaxCount];
        var count = SignedDigits.Write(value, digits);
        Assert.Equal(SignedDigits.Count(value), count);
        var sum = BigInteger.Zero;
        for (var k = 0; k < count; k++)
        {
            sum += (digits[k].Negative ? -1 : 1) * BigInteger.Pow(2, digits[k].Shift);
            Assert.True(k == 0 || digits[k].Shift > digits[k - 1].Shift + 1);
        }

        Assert.Equal(value, sum);
    }
}
