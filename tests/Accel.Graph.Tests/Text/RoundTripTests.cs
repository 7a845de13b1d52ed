using Accel.Graph.Ops;
using Accel.Graph.Text;

namespace Accel.Graph.Tests.Text;

public class RoundTripTests
{
    [Fact]
    public void Every_op_and_attribute_prints_as_it_was_written() =>
        Assert.Equal(EveryOp.Text, GraphPrinter.Print(GraphParser.Parse("every-op", EveryOp.Text)));

    [Fact]
    public void Parsed_ops_equal_the_ops_that_were_printed()
    {
        var once = GraphParser.Parse("once", EveryOp.Text);
        var twice = GraphParser.Parse("twice", GraphPrinter.Print(once));
        Assert.Equal(once.Nodes.Select(node => node.Op), twice.Nodes.Select(node => node.Op));
        Assert.Equal(once.States.Select(state => state.StateKind), twice.States.Select(state => state.StateKind));
    }

    [Theory]
    [InlineData(1e300, "1E+300")]
    [InlineData(double.Epsilon, "5E-324")]
    [InlineData(-0.0, "-0")]
    [InlineData(0.1, "0.1")]
    [InlineData(9007199254740993.0, "9007199254740992")]
    [InlineData(double.PositiveInfinity, "inf")]
    [InlineData(double.NegativeInfinity, "-inf")]
    public void Numbers_keep_every_bit(double number, string printed)
    {
        var builder = new GraphBuilder("numbers");
        var x = builder.Input("x", TensorType.F32(Dim.Tokens, 4));
        builder.Output("y", builder.Add("y", new Affine(number), x));
        var text = GraphPrinter.Print(builder.Build());
        Assert.Contains($"{{scale = {printed}}}", text, StringComparison.Ordinal);
        var read = (Affine)GraphParser.Parse("numbers", text).Nodes[0].Op;
        Assert.Equal(BitConverter.DoubleToInt64Bits(number), BitConverter.DoubleToInt64Bits(read.Scale));
    }

    [Fact]
    public void Comments_and_blanks_mean_nothing()
    {
        const string Text = "# a graph\r\ngraph g{input x:f32[T,4]# floats\n\ty=softmax(x):f32[T,4]\r\noutput y=y}\n# the end";
        Assert.Equal(
            "graph g {\n  input x : f32[T, 4]\n  y = softmax(x) : f32[T, 4]\n  output y = y\n}\n",
            GraphPrinter.Print(GraphParser.Parse("g", Text)));
    }
}
