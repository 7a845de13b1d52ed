using Accel.Graph;

namespace Accel.Runtime.Tests;

public class KernelCatalogueTests
{
    [Fact]
    public void Every_op_has_a_reference_kernel() =>
        Assert.Empty(OpCatalogue.All.Where(entry => !KernelCatalogue.Has(entry.Type)).Select(entry => $"{entry.Mnemonic}: no reference kernel"));
}
