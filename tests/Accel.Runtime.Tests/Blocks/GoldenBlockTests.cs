using Accel.Graph.Ops;

namespace Accel.Runtime.Tests.Blocks;

/// <summary>Norms, activations, rotations and experts against golden values.</summary>
public class GoldenBlockTests
{
    private readonly Block _b = new();

    [SkippableTheory]
    [InlineData("plain", false)]
    [InlineData("one_plus_w", true)]
    public void Rms_norm(string variant, bool unitOffset)
    {
        var golden = new Golden("rmsnorm");
        var x = _b.Input([golden.Numbers("x")]);
        Near.Equal([golden.Numbers(variant)], _b.Run(_b.Add(new RmsNorm(golden.Number("eps"), UnitOffset: unitOffset), x, _b.Weight(golden.Numbers("w")))));
    }

    [SkippableFact]
    public void Gated_norm_of_Mamba_2_gates_first_and_norms_by_group()
    {
        var golden = new Golden("mamba2_gated_rmsnorm");
        var gated = _b.Times(_b.Input([golden.Numbers("x")]), _b.Unary(UnaryFunction.Silu, _b.Input([golden.Numbers("z")])));
        var norm = _b.Add(new RmsNorm(golden.Number("eps")), _b.Add(new Reshape(2, 4), gated), _b.Weight(golden.Numbers("w"), 2, 4));
        Near.Equal([golden.Numbers("y")], _b.Run(_b.Add(new Reshape(8), norm)));
    }

    [SkippableTheory]
    [InlineData("gelu_tanh", UnaryFunction.GeluTanh)]
    [InlineData("gelu_erf", UnaryFunction.GeluErf)]
    [InlineData("silu", UnaryFunction.Silu)]
    public void Activations(string name, UnaryFunction function)
    {
        var golden = new Golden("activations");
        // Twice over in one row: once through the vector path, once through its remainder.
        double[] Thrice(double[] values) => [.. values, .. values, .. values];
        Near.Equal([Thrice(golden.Numbers(name))], _b.Run(_b.Unary(function, _b.Input([Thrice(golden.Numbers("x"))]))));
    }

    [SkippableTheory]
    [InlineData("half", RopeLayout.Half)]
    [InlineData("interleaved", RopeLayout.Interleaved)]
    public void Rope(string name, RopeLayout layout)
    {
        var golden = new Golden("rope");
        var position = (int)golden.Number("pos");
        var x = _b.Input([.. Enumerable.Repeat(golden.Numbers("x"), position + 1)], 1, 8);
        var y = _b.Add(new Rope(layout, RopeFrequencies.Default(golden.Number("theta"), 8)), x, _b.Position);
        Near.Equal(golden.Numbers(name), _b.Run(_b.Add(new Reshape(8), y), 3, position - 2)[position]);
    }

    [SkippableFact]
    public void Clamped_swiglu_of_gpt_oss()
    {
        var golden = new Golden("gptoss_swiglu");
        var pairs = _b.Input([golden.Numbers("gate_up_interleaved")], 4, 2);
        var (gate, up) = (_b.Split(pairs, 1, 1)[0], _b.Split(pairs, 1, 1)[1]);
        gate = _b.Add(new Clamp(double.NegativeInfinity, 7), gate);
        up = _b.Add(new Affine(1, 1), _b.Add(new Clamp(-7, 7), up));
        var swish = _b.Times(gate, _b.Unary(UnaryFunction.Sigmoid, _b.Add(new Affine(1.702), gate)));
        Near.Equal([golden.Numbers("y")], _b.Run(_b.Add(new Reshape(4), _b.Times(up, swish))));
    }

    [SkippableTheory]
    [InlineData("moe_mixtral", RouteScore.Softmax, true, 0)]
    [InlineData("moe_deepseek_v3", RouteScore.Sigmoid, true, 4)]
    [InlineData("moe_gpt_oss", RouteScore.SoftmaxOfSelected, false, 0)]
    public void Routers(string block, RouteScore score, bool renormalise, int groups)
    {
        var golden = new Golden(block);
        var isDeepSeek = groups > 0;
        var chosen = golden.Numbers("idx");
        var route = new Route { TopK = chosen.Length, Score = score, Renormalise = renormalise, Groups = groups, GroupsKept = groups / 2, GroupTop = isDeepSeek ? 2 : 1, Bias = isDeepSeek, Scale = isDeepSeek ? golden.Number("scale") : 1 };
        var logits = golden.Numbers("logits");
        var x = _b.Input([logits]);
        var (experts, weights) = isDeepSeek ? _b.Route(route, x, _b.Weight(golden.Numbers("bias"))) : _b.Route(route, x);
        // Expert e multiplies 1 by e: its index as a float.
        var indices = _b.Add(new ExpertLinear(), _b.Input([[1]]), experts, _b.Weight([.. Enumerable.Range(0, logits.Length).Select(e => (double)e)], logits.Length, 1, 1));
        var y = _b.Add(new Concat(), _b.Add(new Reshape(chosen.Length), indices), weights);
        Near.Equal([[.. chosen, .. golden.Numbers("w")]], _b.Run(y));
    }
}
