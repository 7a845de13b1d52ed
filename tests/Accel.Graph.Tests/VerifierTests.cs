using Accel.Graph.Ops;

namespace Accel.Graph.Tests;

public class VerifierTests
{
    private static readonly TensorType _rows = TensorType.F32(Dim.Tokens, 4);

    private readonly GraphBuilder _builder = new("g");

    [Fact]
    public void A_sound_graph_passes()
    {
        var x = _builder.Input("x", _rows);
        _builder.Output("y", _builder.Add("y", new Softmax(), x));
        Verifier.Verify(_builder.Build());
    }

    [Fact]
    public void A_use_before_the_definition_is_named()
    {
        var x = _builder.Input("x", _rows);
        var a = _builder.Add("a", new Softmax(), x);
        var b = _builder.Add("b", new Softmax(), a);
        Refused("softmax: operand: expected a value defined before its use, found a", [x], [b.Producer!, a.Producer!], b);
    }

    [Fact]
    public void A_name_defined_twice_is_named()
    {
        var x = _builder.Input("x", _rows);
        var twin = new Value("x", _rows, ValueKind.Input);
        Refused("g: value name: expected one definition, found x", [x, twin], [], x);
    }

    [Fact]
    public void A_result_type_that_the_op_does_not_give_is_named()
    {
        var x = _builder.Input("x", _rows);
        var result = new Value("y", TensorType.F32(Dim.Tokens, 5), ValueKind.Result);
        Refused("softmax: results: expected f32[T, 4], found y : f32[T, 5]", [x], [new Node(new Softmax(), [x], [result])], result);
    }

    [Fact]
    public void An_output_from_nowhere_is_named()
    {
        var x = _builder.Input("x", _rows);
        Refused("g: output logits: expected a defined value, found stray", [x], [], new Value("stray", _rows, ValueKind.Result));
    }

    [Fact]
    public void A_next_state_of_another_type_is_named()
    {
        var x = _builder.Input("x", _rows);
        var state = _builder.State("s", StateKind.Recurrent, 4);
        var graph = new ModelGraph("g", [x], [], [state], [], [new("y", x)], new Dictionary<Value, Value> { [state] = x });
        Assert.Equal("g: next s: expected a defined value of type f32[4], found x : f32[T, 4]", Assert.Throws<IrException>(() => Verifier.Verify(graph)).Message);
    }

    [Fact]
    public void A_graph_without_outputs_is_refused() =>
        Assert.Equal("g: outputs: expected at least one, found none", Assert.Throws<IrException>(_builder.Build).Message);

    [Fact]
    public void A_value_of_another_graph_is_refused()
    {
        var stranger = new GraphBuilder("h").Input("x", _rows);
        _builder.Input("x", _rows);
        Assert.Equal("softmax: operand: expected a value of this graph, found x", Assert.Throws<IrException>(() => _builder.Add("y", new Softmax(), stranger)).Message);
    }

    [Fact]
    public void Parameters_are_shared_by_name_and_states_are_not()
    {
        Assert.Same(_builder.Parameter("w", 4, 4), _builder.Parameter("w", 4, 4));
        _builder.State("s", StateKind.Recurrent, 4);
        Assert.Throws<IrException>(() => _builder.State("s", StateKind.Recurrent, 4));
        Assert.Throws<IrException>(() => _builder.Parameter("s", 4));
    }

    [Fact]
    public void An_attribute_that_is_no_number_is_refused()
    {
        var x = _builder.Input("x", _rows);
        Assert.Equal("affine: scale: expected a number, found NaN", Assert.Throws<IrException>(() => _builder.Add("y", new Affine(double.NaN), x)).Message);
    }

    [Fact]
    public void A_state_has_one_next()
    {
        var state = _builder.State("s", StateKind.Recurrent, 1, 4);
        var results = _builder.Add(["y", "s1"], new TokenShift(), _builder.Input("x", _rows), state);
        _builder.Next(state, results[1]);
        Assert.Throws<IrException>(() => _builder.Next(state, results[1]));
    }

    private static void Refused(string message, Value[] inputs, Node[] nodes, Value output)
    {
        var graph = new ModelGraph("g", inputs, [], [], nodes, [new("logits", output)], new Dictionary<Value, Value>());
        Assert.Equal(message, Assert.Throws<IrException>(() => Verifier.Verify(graph)).Message);
    }
}
