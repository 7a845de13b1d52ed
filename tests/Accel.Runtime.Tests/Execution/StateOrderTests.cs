using Accel.Graph;
using Accel.Graph.Text;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Tests.Execution;

/// <summary>States are rewritten where they lie; a graph that would see the wrong step's values is refused.</summary>
public class StateOrderTests
{
    private const string Shift = "a, s1 = token_shift(x, s) : f32[T, 4], f32[1, 4]";
    private const string Append = "o, k1, v1 = attention(h, h, h, p, k, v) {scale = 1} : f32[T, 1, 4], f32[C, 1, 4], f32[C, 1, 4]";
    private const string Read = "r = attention(h, h, h, p, k, v) {scale = 1, cache = read} : f32[T, 1, 4]";

    [Theory]
    [InlineData($"{Shift} next s = s1")]
    [InlineData($"b = binary(x, s) {{operator = add}} : f32[T, 4] {Shift} next s = s1")]
    [InlineData($"{Append} {Read} next k = k1 next v = v1")]
    public void Sound_graphs_pass(string nodes) => StateOrder.Verify(Graph(nodes));

    [Theory]
    [InlineData(Shift, "token_shift: next s: expected s1, found none")]
    [InlineData($"{Shift} next s = other", "token_shift: next s: expected s1, found other")]
    [InlineData($"{Append} next k = v1 next v = k1", "attention: next k: expected k1, found v1")]
    [InlineData($"{Shift} b, s2 = token_shift(x, s) : f32[T, 4], f32[1, 4] next s = s1", "token_shift: operand s: expected a state that no other node advances, found a second node that does")]
    [InlineData($"{Shift} b = binary(x, s) {{operator = add}} : f32[T, 4] next s = s1", "binary: operand s: expected a state that no node before advances, found one that does")]
    [InlineData($"{Read} {Append} next k = k1 next v = v1", "attention: operand k: expected a cache to which a node before appends, found none that does")]
    [InlineData("c = softmax(other) : f32[1, 4] b, s2 = token_shift(x, c) : f32[T, 4], f32[1, 4]", "token_shift: operands: expected 1 states, found 0")]
    public void Graphs_that_would_see_the_wrong_step_are_refused(string nodes, string fault) =>
        Assert.Equal(fault, Assert.Throws<IrException>(() => StateOrder.Verify(Graph(nodes))).Message);

    private static ModelGraph Graph(string nodes) => GraphParser.Parse("g.ir", $$"""
        graph g {
          input x : f32[T, 4]
          input h : f32[T, 1, 4]
          input p : i32[]
          state s : recurrent f32[1, 4]
          state other : recurrent f32[1, 4]
          state k : full f32[C, 1, 4]
          state v : full f32[C, 1, 4]
          {{nodes}}
          output logits = x
        }
        """);
}
