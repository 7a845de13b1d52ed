using System.Reflection;
using Accel.Graph.Tests.Text;
using Accel.Graph.Text;

namespace Accel.Graph.Tests;

public class OpCatalogueTests
{
    [Fact]
    public void Every_op_of_the_assembly_stands_in_the_catalogue()
    {
        var ops = typeof(Op).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Op)) && !type.IsAbstract);
        var missing = ops.Except(OpCatalogue.All.Select(entry => entry.Type)).Select(type => $"{type.Name}: not in the op catalogue");
        Assert.Empty(missing);
    }

    [Fact]
    public void Entries_are_unique_and_in_order()
    {
        var mnemonics = OpCatalogue.All.Select(entry => entry.Mnemonic).ToList();
        Assert.Equal(mnemonics.Order(StringComparer.Ordinal).Distinct(), mnemonics);
        Assert.Equal(mnemonics.Count, OpCatalogue.All.Select(entry => entry.Type).Distinct().Count());
    }

    [Fact]
    public void An_entry_reads_an_op_of_its_type_and_mnemonic()
    {
        var ops = GraphParser.Parse("every-op", EveryOp.Text).Nodes.Select(node => node.Op).ToLookup(op => op.Mnemonic);
        foreach (var entry in OpCatalogue.All)
        {
            Assert.True(ops.Contains(entry.Mnemonic), $"{entry.Mnemonic}: not in the sample of every op");
            Assert.All(ops[entry.Mnemonic], op => Assert.Equal(entry.Type, op.GetType()));
        }
    }

    [Fact]
    public void Every_attribute_of_every_op_prints()
    {
        var printed = GraphParser.Parse("every-op", EveryOp.Text).Nodes
            .SelectMany(node => node.Op.Attributes.Select(attribute => $"{node.Op.Mnemonic}.{attribute.Name}"))
            .ToHashSet();
        var silent = OpCatalogue.All.SelectMany(entry => AttributeNames(entry.Type).Select(name => $"{entry.Mnemonic}.{name}")).Where(name => !printed.Contains(name));
        Assert.Empty(silent);
    }

    /// <summary>The fields that an op's record adds to <see cref="Op"/>, as their attributes are named.</summary>
    private static IEnumerable<string> AttributeNames(Type op) =>
        op.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => typeof(Op).GetProperty(property.Name) is null)
            .Select(property => string.Concat(property.Name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString())));
}
