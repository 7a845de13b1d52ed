using Accel.Core.Diagnostics;
using Accel.Rtl.ConstantMatrix;

namespace Accel.Rtl.Tests.ConstantMatrix;

public sealed class MatrixTextTests
{
    [Fact]
    public void Rows_are_inputs_and_layout_is_free()
    {
        var matrix = MatrixText.Parse("m", "2 3\r\n1 -2 3\n\n 4\t5 -2147483648 \n");
        Assert.Equal((2, 3), (matrix.Inputs, matrix.Outputs));
        Assert.Equal(-2, matrix[0, 1]);
        Assert.Equal(4, matrix[1, 0]);
        Assert.Equal(int.MinValue, matrix[1, 2]);
    }

    [Theory]
    [InlineData("", "m: 1:1: expected the number of inputs, 1 to 4096, found the end of the text")]
    [InlineData("2", "m: 1:2: expected the number of outputs, 1 to 4096, found the end of the text")]
    [InlineData("0 3\n", "m: 1:1: expected the number of inputs, 1 to 4096, found '0'")]
    [InlineData("-1 3\n", "found '-1'")]
    [InlineData("4096 4096 1", "at most 1048576 weights")]
    [InlineData("99999999999 3\n", "found '99999999999'")]
    [InlineData("1000 1000\n1 2 3", "expected 1000000 weights, found 15 characters")]
    [InlineData("2 2\n1 2\n3", "m: 3:2: expected W[1][1], a whole number of 32 bits, found the end of the text")]
    [InlineData("2 2\n1 2\n3 x ", "m: 3:3: expected W[1][1], a whole number of 32 bits, found 'x'")]
    [InlineData("2 2\n1 2\n3 2147483648", "found '2147483648'")]
    [InlineData("2 2\n1 2\n3 1.0 ", "found '1.0'")]
    [InlineData("2 2\n1 2\n3 4 5", "m: 3:5: expected the end after 2 x 2 weights, found '5'")]
    public void Anything_else_is_refused_where_it_stands(string text, string message) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => MatrixText.Parse("m", text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_truncation_is_refused()
    {
        const string Text = "3 2\n11 -22\n33 44\n-55 66";
        for (var length = 0; length < Text.Length - 1; length++)
        {
            Assert.Throws<InputException>(() => MatrixText.Parse("m", Text[..length]));
        }

        Assert.Equal(66, MatrixText.Parse("m", Text)[2, 1]);
    }
}
