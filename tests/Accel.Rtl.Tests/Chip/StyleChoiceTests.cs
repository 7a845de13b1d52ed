using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Core.Diagnostics;
using Accel.Rtl.Chip;
using Accel.Rtl.Matrices;
using Accel.Rtl.Matrices.Choice;

namespace Accel.Rtl.Tests.Chip;

/// <summary>Rules, cost model and budget of styles.</summary>
public sealed class StyleChoiceTests
{
    private const int Context = 24;

    [Fact]
    public void The_last_rule_that_names_a_matrix_decides_and_the_rest_are_rom()
    {
        var graph = RandomChipTests.Recurrent();
        var names = graph.Ops.OfType<QuantizedLinear>().Select(op => op.Weight.Name).Distinct().ToList();

        var styles = StyleRule.Apply("--style", StyleRule.Parse("--style", $"{names[0]}=parallel,{names[0]}=serial, {names[1]} = auto"), graph);

        Assert.Equal(MatrixStyle.Serial, styles[names[0]]);
        Assert.Null(styles[names[1]]);
        Assert.All(names.Skip(2), name => Assert.Equal(MatrixStyle.Rom, styles[name]));
    }

    [Theory]
    [InlineData("serail")]
    [InlineData("ffn=serial=rom")]
    [InlineData("=serial")]
    [InlineData("")]
    [InlineData("ffn=")]
    public void A_rule_of_another_form_is_refused(string text) =>
        Assert.Contains("rom, serial, parallel or auto", Assert.Throws<InputException>(() => StyleRule.Parse("--style", text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_rule_that_names_nothing_is_refused_with_names_that_exist()
    {
        var graph = RandomChipTests.Recurrent();

        var fault = Assert.Throws<InputException>(() => StyleRule.Apply("--style", StyleRule.Parse("--style", "layers.*.none=serial"), graph));

        Assert.Contains(graph.Ops.OfType<QuantizedLinear>().First().Weight.Name, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MatrixStyle.Rom, 2)]
    [InlineData(MatrixStyle.Rom, 16)]
    [InlineData(MatrixStyle.Serial, 2)]
    [InlineData(MatrixStyle.Serial, 16)]
    [InlineData(MatrixStyle.Parallel, 4)]
    public void The_cost_models_cycles_are_the_chips(MatrixStyle style, int lanes)
    {
        var graph = RandomChipTests.Recurrent();
        var design = ChipGenerator.Generate(graph, new ChipOptions { ContextLength = Context, Lanes = lanes, Styles = All(graph, style) });

        var products = design.Steps.Where(step => step.Unit == "requantise").ToList();

        Assert.Equal(products.Count, design.Styles.Choices.Count);
        for (var i = 0; i < products.Count; i++)
        {
            Assert.Equal(design.Cycles.StepCycles[products[i].Index](0), design.Styles.Choices[i].Cycles);
        }
    }

    [Fact]
    public void Each_objective_is_served_at_least_as_well_by_its_own_choice_as_by_any_single_style()
    {
        var graph = RandomChipTests.Recurrent();
        StylePlan Plan(string rules, StyleObjective objective) =>
            StylePlan.Of(graph, new StyleRequest { Rules = StyleRule.Parse("--style", rules), Objective = objective, Lanes = 4 }, Context);
        foreach (var single in new[] { "rom", "serial", "parallel" })
        {
            Assert.True(Plan("auto", StyleObjective.Area).Gates <= Plan(single, StyleObjective.Area).Gates);
            Assert.True(Plan("auto", StyleObjective.Speed).Choices.Sum(c => c.Cycles) <= Plan(single, StyleObjective.Speed).Choices.Sum(c => c.Cycles));
            Assert.True(Plan("auto", StyleObjective.Power).Choices.Sum(c => c.Toggles) <= Plan(single, StyleObjective.Power).Choices.Sum(c => c.Toggles));
        }
    }

    [Fact]
    public void A_budget_is_kept_where_it_can_be_and_refused_with_the_least_where_not()
    {
        var graph = RandomChipTests.Recurrent();
        StylePlan Plan(double most) => StylePlan.Of(graph, new StyleRequest { Rules = StyleRule.Parse("--style", "auto"), Objective = StyleObjective.Speed, MostGates = most }, Context);
        var (free, least) = (Plan(double.PositiveInfinity), StylePlan.Of(graph, new StyleRequest { Rules = StyleRule.Parse("--style", "auto"), Objective = StyleObjective.Area }, Context));
        var most = (free.Gates + least.Gates) / 2;

        var kept = Plan(most);

        Assert.True(free.Gates > most && kept.Gates <= most);
        Assert.True(kept.Choices.Sum(c => c.Cycles) >= free.Choices.Sum(c => c.Cycles));
        Assert.Contains("at least", Assert.Throws<InputException>(() => Plan(10)).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, MatrixStyle> All(QuantizedGraph graph, MatrixStyle style) =>
        graph.Ops.OfType<QuantizedLinear>().DistinctBy(op => op.Weight.Name).ToDictionary(op => op.Weight.Name, _ => style);
}
