using Accel.Rtl.Liberty;

namespace Accel.Rtl.Tests.Liberty;

public sealed class LogicFunctionTests
{
    [Theory]
    [InlineData("a + b * c", "(a | (b & c))")]
    [InlineData("a b' | !c", "((a & ~b) | ~c)")]
    [InlineData("a & b ^ c", "(a & (b ^ c))")]
    [InlineData("(a ^ b) c", "((a ^ b) & c)")]
    [InlineData("!(a&b)'", "(a & b)")]
    [InlineData("1", "1'b1")]
    public void Operators_bind_as_Liberty_says(string text, string verilog) => Assert.Equal(verilog, LogicFunction.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("a |")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("a $ b")]
    public void What_is_no_expression_is_refused(string text) => Assert.Throws<FormatException>(() => LogicFunction.Parse(text));

    [Fact]
    public void Printed_as_an_expression_it_has_the_same_truth_table()
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            var text = Random(random, 4);
            var function = LogicFunction.Parse(text);
            var again = LogicFunction.Parse(function.ToString().Replace('~', '!').Replace("1'b", "", StringComparison.Ordinal));
            var columns = function.Evaluate(Column);
            Assert.Equal(columns, again.Evaluate(Column));
            for (var row = 0; row < 16; row++)
            {
                Assert.Equal(((columns >> row) & 1) != 0, function.Evaluate(name => ((row >> (name[0] - 'a')) & 1) != 0));
            }
        }

        static ulong Column(string name) => name[0] switch { 'a' => 0xaaaa, 'b' => 0xcccc, 'c' => 0xf0f0, _ => 0xff00 };
    }

    private static string Random(Random random, int depth) => depth == 0 || random.Next(5) == 0
        ? random.Next(12) == 0 ? $"{random.Next(2)}" : "abcd"[random.Next(4)].ToString()
        : random.Next(5) switch
        {
            0 => $"!({Random(random, depth - 1)})",
            1 => $"({Random(random, depth - 1)})'",
            2 => $"({Random(random, depth - 1)} ^ {Random(random, depth - 1)})",
            3 => $"{Random(random, depth - 1)} & {Random(random, depth - 1)}",
            _ => $"({Random(random, depth - 1)} + {Random(random, depth - 1)})",
        };
}
