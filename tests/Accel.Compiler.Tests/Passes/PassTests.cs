using Accel.Compiler.Passes;

namespace Accel.Compiler.Tests.Passes;

/// <summary>Each pass on the smallest plan that shows it: the text before and after.</summary>
public sealed class PassTests
{
    private static readonly StateSpace _space = new(Bytes: 2048, ContextLength: 16, RunTokens: 4, Sequences: 2, Stripe: 1);

    [Fact]
    public void Canonicalise_drops_ops_that_nobody_reads_and_those_that_only_they_read()
    {
        var small = new SmallPlans();
        var x = small.Embedding("x");
        var logits = small.Linear("logits", small.Codes(x));
        small.Silu("unread", small.Silu("unread.input", x));
        Check(new Canonicalise(), new ModelPlan(small.Build(logits), _space), """
            plan small scores @dram
            %0 x = embedding
            %1 x.codes = quantize_rows %0@dram
            %2 logits = linear %1@dram

            """);
    }

    [Fact]
    public void FuseNormMatMul_keeps_codes_for_the_first_matrix_alone() => Check(new FuseNormMatMul(), TwoMatrices(), """
        plan small scores @dram
        %0 x = embedding
        %1 x.codes = quantize_rows %0@dram
        %2 gate = linear %1
        %3 up = linear %1@dram
        %4 silu = silu %2@dram
        %5 product = multiply %4@dram %3@dram
        %6 product.codes = quantize_rows %5@dram
        %7 logits = linear %6

        """);

    [Fact]
    public void FuseGateUp_keeps_codes_for_the_second_matrix() => Check(new FuseGateUp(), TwoMatrices(), """
        plan small scores @dram
        %0 x = embedding
        %1 x.codes = quantize_rows %0@dram
        %2 gate = linear %1@dram
        %3 up = linear %1
        %4 silu = silu %2@dram
        %5 product = multiply %4@dram %3@dram
        %6 product.codes = quantize_rows %5@dram
        %7 logits = linear %6@dram

        """);

    [Fact]
    public void FuseSwiGlu_keeps_all_between_the_matrices() => Check(new FuseSwiGlu(), TwoMatrices(), """
        plan small scores @dram
        %0 x = embedding
        %1 x.codes = quantize_rows %0@dram
        %2 gate = linear %1@dram
        %3 up = linear %1@dram
        %4 silu = silu %2
        %5 product = multiply %4 %3
        %6 product.codes = quantize_rows %5
        %7 logits = linear %6@dram

        """);

    [Fact]
    public void FuseResidual_keeps_the_stream()
    {
        var small = new SmallPlans();
        var x = small.Embedding("x");
        var mixed = small.Linear("mixed", small.Codes(x));
        var logits = small.Linear("logits", small.Codes(small.Sum("sum", x, mixed)));
        Check(new FuseResidual(), new ModelPlan(small.Build(logits), _space), """
            plan small scores @dram
            %0 x = embedding
            %1 x.codes = quantize_rows %0
            %2 mixed = linear %1@dram
            %3 sum = add %0 %2
            %4 sum.codes = quantize_rows %3
            %5 logits = linear %4@dram

            """, renumber: true);
    }

    [Fact]
    public void PlaceState_keeps_what_fits_recurrences_first()
    {
        // Three rows of 16 bits, a part of whole 256 bytes for each of two sequences: 512 bytes for 40 channels, 1024 for 64, 1536 for 90.
        var small = new SmallPlans();
        var x = small.Convolution("third", 90, small.Convolution("second", 64, small.Convolution("first", 40, small.Embedding("x"))));
        Check(new PlaceState(), new ModelPlan(small.Build(small.Linear("logits", small.Codes(x))), _space), """
            plan small scores @dram
            %0 x = embedding
            %1 first = causal_conv %0@dram [first.state on chip]
            %2 second = causal_conv %1@dram [second.state on chip]
            %3 third = causal_conv %2@dram [third.state]
            %4 third.codes = quantize_rows %3@dram
            %5 logits = linear %4@dram

            """);
    }

    [Fact]
    public void Verifier_names_the_pass_that_dropped_an_operand()
    {
        var plan = TwoMatrices();
        plan.Remove(op => op.Mnemonic == "silu");
        var error = Assert.Throws<System.Diagnostics.UnreachableException>(() => PlanVerifier.Verify(plan, "careless"));
        Assert.Equal("careless: 'product' reads 'silu', which nothing in front of it computes", error.Message);
    }

    private static ModelPlan TwoMatrices()
    {
        var small = new SmallPlans();
        var codes = small.Codes(small.Embedding("x"));
        var (gate, up) = (small.Linear("gate", codes), small.Linear("up", codes));
        var product = small.Multiply("product", small.Silu("silu", gate), up);
        return new(small.Build(small.Linear("logits", small.Codes(product))), _space);
    }

    /// <param name="renumber">Ids are those of definition, not of the ops' order.</param>
    private static void Check(IPass pass, ModelPlan plan, string after, bool renumber = false)
    {
        var before = PlanPrinter.Print(plan);
        pass.Run(plan);
        PlanVerifier.Verify(plan, pass.Name);
        var found = PlanPrinter.Print(plan);
        Assert.NotEqual(before, found);
        Assert.Equal(Numbered(after.ReplaceLineEndings("\n"), renumber), Numbered(found, renumber));
    }

    private static string Numbered(string text, bool renumber)
    {
        if (!renumber)
        {
            return text;
        }

        var ids = new Dictionary<string, int>();
        return System.Text.RegularExpressions.Regex.Replace(text, "%[0-9]+", match =>
        {
            ids.TryAdd(match.Value, ids.Count);
            return $"%{ids[match.Value]}";
        });
    }
}
