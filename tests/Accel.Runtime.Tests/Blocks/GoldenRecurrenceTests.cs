using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Runtime.Tests.Blocks;

/// <summary>Recurrences against golden values: every row, and the state behind the last.</summary>
public class GoldenRecurrenceTests
{
    private readonly Block _b = new();

    [SkippableFact]
    public void Rg_lru()
    {
        var golden = new Golden("rg_lru");
        Value Gate(string name) => _b.Unary(UnaryFunction.Sigmoid, _b.Input(golden.Rows(name)));
        var y = _b.Advance(new RgLru(8), _b.Input(golden.Rows("u")), Gate("pre_input_gate"), Gate("pre_a_gate"), _b.Weight(golden.Numbers("a_param")), _b.State(StateKind.Recurrent, 3), _b.Position);
        Near.Equal(golden.Rows("h"), _b.Run(y, 1, 3));
    }

    [SkippableFact]
    public void Selective_scan_of_Mamba_1()
    {
        var golden = new Golden("mamba1_scan");
        var x = Padded(golden.Rows("x_after_conv_silu"));
        var dt = _b.Unary(UnaryFunction.Softplus, _b.Plus(Padded(golden.Rows("dt_pre_bias")), _b.Weight(golden.Numbers("dt_bias"))));
        var state = _b.State(StateKind.Recurrent, 3, 2);
        var seen = _b.Seen(state);
        var scan = _b.Advance(new SelectiveScan(), x, dt, MinusExp(golden.Rows("A_log")), Padded(golden.Rows("B")), Padded(golden.Rows("C")), _b.Weight(golden.Numbers("D")), state);
        var y = _b.Times(scan, _b.Unary(UnaryFunction.Silu, Padded(golden.Rows("z"))));
        RowsAndState(golden.Rows("y"), golden.Rows("final_state"), y, seen);
    }

    [SkippableFact]
    public void State_space_duality_of_Mamba_2()
    {
        var golden = new Golden("mamba2_head");
        var dt = _b.Unary(UnaryFunction.Softplus, _b.Plus(Padded(golden.Column("dt_pre_bias")), _b.Weight([golden.Number("dt_bias")])));
        var state = _b.State(StateKind.Recurrent, 1, 2, 2);
        var seen = _b.Seen(state);
        var y = _b.Advance(
            new StateSpaceDual(), Padded(golden.Rows("x"), 1, 2), dt, _b.Weight([-Math.Exp(golden.Number("A_log"))]), Padded(golden.Rows("B"), 1, 2), Padded(golden.Rows("C"), 1, 2), _b.Weight([golden.Number("D")]), state);
        RowsAndState(golden.Rows("y_before_norm"), golden.Rows("final_state_PxN"), _b.Add(new Reshape(2), y), seen);
    }

    [SkippableFact]
    public void Gated_delta_rule()
    {
        var golden = new Golden("gated_delta");
        var q = _b.Add(new Affine(1 / Math.Sqrt(3)), _b.Add(new L2Norm(1e-6), Padded(golden.Rows("q"), 1, 3)));
        var k = _b.Add(new L2Norm(1e-6), Padded(golden.Rows("k"), 1, 3));
        var rate = _b.Unary(UnaryFunction.Softplus, _b.Plus(Padded(golden.Column("a")), _b.Weight([golden.Number("dt_bias")])));
        var g = _b.Unary(UnaryFunction.Exp, _b.Add(new Affine(-Math.Exp(golden.Number("A_log"))), rate));
        var beta = _b.Unary(UnaryFunction.Sigmoid, Padded(golden.Column("b")));
        var state = _b.State(StateKind.Recurrent, 1, 3, 2);
        var seen = _b.Seen(state);
        var y = _b.Advance(new GatedDelta(), q, k, Padded(golden.Rows("v"), 1, 2), g, beta, state);
        RowsAndState(golden.Rows("o"), golden.Rows("final_state_dk_x_dv"), _b.Add(new Reshape(2), y), seen);
    }

    [SkippableFact]
    public void Gated_short_convolution_of_LFM2()
    {
        var golden = new Golden("lfm2_short_conv");
        var gated = _b.Times(_b.Input(golden.Rows("B")), _b.Input(golden.Rows("x")));
        var conv = _b.Advance(new CausalConv(), gated, _b.Weight(golden.Rows("conv_weight_last_tap_is_current")), _b.State(StateKind.Conv, 2, 3));
        Near.Equal(golden.Rows("y"), _b.Run(_b.Times(_b.Input(golden.Rows("C")), conv), 1, 1, 2));
    }

    [SkippableFact]
    public void Rwkv_7_head()
    {
        var golden = new Golden("rwkv7_head");
        var k = Padded(golden.Rows("k"), 1, 3);
        var w = _b.Unary(UnaryFunction.Exp, _b.Add(new Affine(-Math.Exp(-0.5)), _b.Unary(UnaryFunction.Sigmoid, Padded(golden.Rows("w_pre"), 1, 3))));
        var a = _b.Unary(UnaryFunction.Sigmoid, Padded(golden.Rows("a_pre"), 1, 3));
        // The published eps is a floor of 1e-12 on the norm, which no key here comes near.
        var kk = _b.Add(new L2Norm(0), _b.Times(k, _b.Weight(golden.Numbers("k_k"))));
        var learned = _b.Times(k, _b.Add(new Affine(1, 1), _b.Times(_b.Add(new Affine(1, -1), a), _b.Weight(golden.Numbers("k_a")))));
        var state = _b.State(StateKind.Recurrent, 1, 3, 3);
        var seen = _b.Seen(state);
        var y = _b.Advance(new Wkv7(), Padded(golden.Rows("r"), 1, 3), w, learned, Padded(golden.Rows("v"), 1, 3), _b.Unary(UnaryFunction.Negate, kk), _b.Times(kk, a), state);
        RowsAndState(golden.Rows("out_before_groupnorm"), golden.Rows("final_state_value_x_key"), _b.Add(new Reshape(3), y), seen);
    }

    /// <summary>The rows, and one more in which only the state that it starts from is looked at.</summary>
    private Value Padded(double[][] rows, params long[] inner) => _b.Input([.. rows, rows[0]], inner);

    private Value MinusExp(double[][] logs) => _b.Unary(UnaryFunction.Negate, _b.Unary(UnaryFunction.Exp, _b.Weight(logs)));

    private void RowsAndState(double[][] rows, double[][] state, Value y, Value seen)
    {
        var width = (int)y.Type.Shape.Last.Value;
        var found = _b.Run(_b.Add(new Concat(), y, seen), 1, rows.Length - 1, 1);
        Near.Equal(rows, [.. found[..^1].Select(row => row[..width])]);
        Near.Equal([.. state.SelectMany(row => row)], found[^1][width..]);
    }
}
