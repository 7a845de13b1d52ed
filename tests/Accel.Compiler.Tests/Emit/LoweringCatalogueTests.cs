using Accel.Compiler.Emit;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Execution;

namespace Accel.Compiler.Tests.Emit;

/// <summary>An op of the integer model is nothing until someone can execute it, and a machine too.</summary>
public sealed class LoweringCatalogueTests
{
    private static IEnumerable<Type> Ops => typeof(QuantizedOp).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(QuantizedOp)) && !type.IsAbstract);

    [Fact]
    public void Every_op_has_a_lowering() =>
        Assert.Empty(Ops.Where(op => !LoweringCatalogue.Has(op)).Select(op => $"{op.Name}: no lowering"));

    [Fact]
    public void Every_op_has_an_executor() =>
        Assert.Empty(Ops.Where(op => !OpExecutor.Has(op)).Select(op => $"{op.Name}: no executor"));

    [Fact]
    public void There_are_ops() => Assert.True(Ops.Count() >= 13);
}
