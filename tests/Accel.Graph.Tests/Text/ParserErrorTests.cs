using Accel.Core.Diagnostics;
using Accel.Graph.Text;

namespace Accel.Graph.Tests.Text;

public class ParserErrorTests
{
    [Theory]
    [InlineData("", "1:1: expected 'graph', found end of file")]
    [InlineData("grap g {}", "1:1: expected 'graph', found 'grap'")]
    [InlineData("graph 7 {}", "1:7: expected the graph's name, found '7'")]
    [InlineData("graph g", "1:8: expected '{', found end of file")]
    [InlineData("graph g {", "1:10: expected a statement, found end of file")]
    [InlineData("graph g {}", "1:10: g: outputs: expected at least one, found none")]
    [InlineData("graph g { input x : f32[T] output y = x } extra", "1:43: expected the end of the file, found 'extra'")]
    [InlineData("graph g { = }", "1:11: expected a statement, found '='")]
    [InlineData("graph g { input x : f32[T] ; }", "1:28: expected a word, a number or one of { } ( ) [ ] = : ,, found ';'")]
    [InlineData("graph g { input é : f32[T] }", "1:17: expected a word, a number or one of { } ( ) [ ] = : ,, found 'é'")]
    public void Text_that_is_no_graph(string text, string fault) => Faults(text, fault);

    [Theory]
    [InlineData("input x f32[T]", "3:11: expected ':', found 'f32'")]
    [InlineData("input x : f16[T]", "3:13: expected f32 or i32, found 'f16'")]
    [InlineData("input x : f32[T, Q]", "3:20: expected an extent or one of T, C, S, found 'Q'")]
    [InlineData("input x : f32[-1]", "3:17: expected an extent or one of T, C, S, found '-1'")]
    [InlineData("input x : f32[T 4]", "3:19: expected ',', found '4'")]
    [InlineData("input x : f32[99999999999999999999]", "3:17: expected an extent or one of T, C, S, found '99999999999999999999'")]
    [InlineData("input a : f32[T]", "3:3: g: value name: expected a new name of letters, digits, '_', '.' and '-', found 'a'")]
    [InlineData("parameter p : f32[T, 4]", "4:1: g: parameter p: expected positive constant extents, found f32[T, 4]")]
    [InlineData("parameter p : f32[0]", "4:1: g: parameter p: expected positive constant extents, found f32[0]")]
    [InlineData("parameter p : f32[4] parameter p : f32[5]", "3:24: g: p: expected a parameter of type f32[4], found f32[5]")]
    [InlineData("state s : fluid f32[4]", "3:13: expected one of full, ring, conv, recurrent, static, found 'fluid'")]
    [InlineData("state s : ring i32[4]", "3:18: expected a state of f32, found i32[4]")]
    [InlineData("output = a", "3:12: expected a known op, found 'a'")]
    [InlineData("output y = b", "3:14: expected a value defined before, found 'b'")]
    [InlineData("output y = a output y = a", "3:16: g: output: expected a new name, found y")]
    [InlineData("state s : conv f32[2, 4] next s = a", "3:28: g: next s: expected one value of type f32[2, 4] for a state, found a : f32[T, 4]")]
    [InlineData("next a = a", "3:3: g: next a: expected one value of type f32[T, 4] for a state, found a : f32[T, 4]")]
    public void A_statement_that_is_wrong(string statement, string fault) => Faults($"graph g {{\n  input a : f32[T, 4]\n  {statement}\n}}", fault);

    [Theory]
    [InlineData("y = sofmax(a) : f32[T, 4]", "3:7: expected a known op, found 'sofmax'; did you mean 'softmax'?")]
    [InlineData("y = quux(a) : f32[T, 4]", "3:7: expected a known op, found 'quux'")]
    [InlineData("y = softmax(z) : f32[T, 4]", "3:15: expected a value defined before, found 'z'")]
    [InlineData("y = softmax(a) : f32[T, 5]", "3:20: expected f32[T, 4] as softmax gives, found f32[T, 5]")]
    [InlineData("y, z = softmax(a) : f32[T, 4]", "3:3: softmax: names of results: expected 1, found 2")]
    [InlineData("y = softmax(a, a) : f32[T, 4]", "3:3: softmax: operands: expected f32[.., d], found f32[T, 4] and f32[T, 4]")]
    [InlineData("y = softmax() : f32[T, 4]", "3:3: softmax: operands: expected f32[.., d], found none")]
    [InlineData("a = softmax(a) : f32[T, 4]", "3:3: g: value name: expected a new name of letters, digits, '_', '.' and '-', found 'a'")]
    [InlineData("y = softmax(a) {axis = 1} : f32[T, 4]", "3:3: softmax: attribute: expected none, found axis")]
    [InlineData("y = affine(a) {offset = 1} : f32[T, 4]", "3:3: affine: scale: expected an attribute of that name, found none")]
    [InlineData("y = affine(a) {scale = 1, scal = 2} : f32[T, 4]", "3:3: affine: attribute: expected one of offset, scale, found scal")]
    [InlineData("y = affine(a) {scale = 1, scale = 2} : f32[T, 4]", "3:29: expected each attribute once, found 'scale' again")]
    [InlineData("y = affine(a) {scale = true} : f32[T, 4]", "3:3: affine: scale: expected a number, found true")]
    [InlineData("y = affine(a) {scale = nan} : f32[T, 4]", "3:3: affine: scale: expected a number, found nan")]
    [InlineData("y = affine(a) {scale = 1e} : f32[T, 4]", "3:26: expected a number, found '1e'")]
    [InlineData("y = affine(a) {scale = } : f32[T, 4]", "3:26: expected a value, found '}'")]
    [InlineData("y = binary(a, a) {operator = plus} : f32[T, 4]", "3:3: binary: operator: expected one of add, subtract, multiply, divide, minimum, maximum, found plus")]
    [InlineData("y = binary(a, a) {operator = 3} : f32[T, 4]", "3:3: binary: operator: expected one of add, subtract, multiply, divide, minimum, maximum, found 3")]
    [InlineData("y = reshape(a) {inner = 4} : f32[T, 4]", "3:3: reshape: inner: expected a list of whole numbers, found 4")]
    [InlineData("y = reshape(a) {inner = [2, 2.5]} : f32[T, 4]", "3:3: reshape: inner: expected a list of whole numbers, found [2, 2.5]")]
    [InlineData("y = reshape(a) {inner = [2, b]} : f32[T, 4]", "3:31: expected a number, found 'b'")]
    [InlineData("y = repeat(a) {times = 0.5} : f32[T, 4]", "3:3: repeat: times: expected a whole number, found 0.5")]
    [InlineData("y = rms_norm(a) {epsilon = 0, weighted = no} : f32[T, 4]", "3:3: rms_norm: weighted: expected true or false, found no")]
    [InlineData("y = rope(a, a) {layout = half, frequencies = 1} : f32[T, 4]", "3:3: rope: frequencies: expected a list of numbers, found 1")]
    [InlineData("y = split(a) {sizes = [2, 2} : f32[T, 4]", "3:30: expected ',', found '}'")]
    public void A_node_that_is_wrong(string node, string fault) => Faults($"graph g {{\n  input a : f32[T, 4]\n  {node}\n  output y = y\n}}", fault);

    [Theory]
    [InlineData("input")]
    [InlineData("next")]
    [InlineData("output")]
    [InlineData("state")]
    [InlineData("parameter")]
    [InlineData("graph")]
    [InlineData("T")]
    public void A_value_may_be_called_like_a_keyword(string name)
    {
        var text = $"graph g {{\n  input a : f32[T, 4]\n  {name} = softmax(a) : f32[T, 4]\n  output {name} = {name}\n}}\n";
        Assert.Equal(text, GraphPrinter.Print(GraphParser.Parse("g.ir", text)));
    }

    private static void Faults(string text, string fault) =>
        Assert.Equal($"g.ir: {fault}", Assert.Throws<InputException>(() => GraphParser.Parse("g.ir", text)).Message);
}
