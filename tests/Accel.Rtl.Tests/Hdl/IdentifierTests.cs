using Accel.Rtl.Hdl;

namespace Accel.Rtl.Tests.Hdl;

/// <summary>Names that every reader of Verilog takes as names.</summary>
public sealed class IdentifierTests
{
    [Theory]
    [InlineData("wire")]
    [InlineData("output")]
    [InlineData("logic")]
    [InlineData("bit")]
    [InlineData("packed")]
    [InlineData("unique0")]
    [InlineData("type")]
    [InlineData("s_until_with")]
    public void A_keyword_of_Verilog_or_SystemVerilog_is_no_name(string keyword)
    {
        Assert.Throws<ArgumentException>(() => new Module(keyword, "a keyword"));
        Assert.Throws<ArgumentException>(() => new Module("m", "a module").Input(keyword));
        Assert.Equal($"n_{keyword}", Identifier.From(keyword));
        Assert.Equal("Logic", Identifier.From("Logic"));
    }

    /// <summary>Verilator reads every file as SystemVerilog.</summary>
    [SkippableFact]
    public void Names_that_are_left_are_read_by_a_reader_of_SystemVerilog()
    {
        Tool.Require("verilator", "verilator");
        string[] near = ["Bit", "bits", "int_", "types", "logics", "do_", "finals", "checkers", "let_", "strings", "untils", "x", "clocks", "matches_", "with_", "one_step", "step", "option", "sample"];
        var module = new Module("names", "Names that look like keywords.");
        foreach (var name in near)
        {
            module.Output($"{Identifier.From(name)}_out", module.Wire(Identifier.From(name), module.Input($"{Identifier.From(name)}_in")));
        }

        var folder = Tool.Folder("identifiers");
        File.WriteAllText(Path.Combine(folder, "names.v"), VerilogPrinter.PrintText(module));
        Tool.Lint(folder, "names.v", "names");
    }
}
